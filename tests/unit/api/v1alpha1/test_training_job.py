"""The TrainingJob as users write it."""

from __future__ import annotations

from builders_training import a_training_job


def test_every_trigger_is_off_unless_named() -> None:
    """And the brakes have these defaults."""
    retrain = a_training_job().spec.retrain
    assert (retrain.on_new_data, retrain.on_signals) == (None, ())
    brakes = retrain.brakes
    assert (brakes.cooldown_seconds, brakes.max_runs_per_day, brakes.max_failures_in_a_row) == (
        3600,
        4,
        3,
    )


def test_parameters_are_kept_as_they_are() -> None:
    """Also nested ones, and words that mean something exact."""
    parameters = {"max_features": {"$float": "1.0"}, "estimators": [["a", {"b": 1}]]}
    estimator = {"class": "sklearn.ensemble.StackingClassifier", "parameters": parameters}
    job = a_training_job(estimator=estimator)
    assert job.spec.estimator is not None
    assert job.spec.estimator.to_api()["parameters"] == parameters
    assert job.to_api()["spec"]["estimator"]["class"] == "sklearn.ensemble.StackingClassifier"
