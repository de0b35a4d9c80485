"""What makes a model, as users write it."""

from __future__ import annotations

from trainyard.api.v1alpha1.recipe import Estimator


def test_parameters_are_kept_as_they_are() -> None:
    """Also nested ones, and words that mean something exact."""
    parameters = {"max_features": {"$float": "1.0"}, "estimators": [["a", {"b": 1}]]}
    path = "sklearn.ensemble.StackingClassifier"
    estimator = Estimator.model_validate({"class": path, "parameters": parameters})
    assert estimator.to_api()["parameters"] == parameters
    assert estimator.to_api()["class"] == path
