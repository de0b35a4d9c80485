"""A recipe that names an estimator."""

from __future__ import annotations

from builders_training import a_training_job

from trainyard.jobs.training_pod import Training
from trainyard.training_jobs.recipes.recipe import recipe_of

FOREST = {"class": "sklearn.ensemble.RandomForestClassifier"}


def test_defaults_count_for_nothing() -> None:
    """Written or not, it is the same recipe; the pod is told all the same."""
    written = {**FOREST, "parameters": {}, "preprocessing": {"mode": "Auto"}}
    one, other = (recipe_of(a_training_job(estimator=e).spec) for e in (FOREST, written))
    assert one.identity() == other.identity()
    assert one.document()["estimator"]["preprocessing"] == {"mode": "Auto"}


def test_the_number_of_categories_is_another_recipe() -> None:
    """Told in the description and to the pod."""
    more = {**FOREST, "preprocessing": {"maxCategories": 200}}
    one, other = (recipe_of(a_training_job(estimator=e).spec) for e in (FOREST, more))
    assert one.identity() != other.identity()
    assert other.document()["estimator"]["preprocessing"] == {"mode": "Auto", "maxCategories": 200}
    assert other.description().endswith("at most 200 categories")


def test_the_built_in_trainer_fits_it() -> None:
    """No container of the user's and no source."""
    recipe = recipe_of(a_training_job(estimator=FOREST).spec)
    assert recipe.training({"run": "a"}) == Training({"run": "a"})


def test_steps_are_another_recipe() -> None:
    """Told in the description, and to the pod word for word; mode and steps go together."""
    step = {"class": "sklearn.preprocessing.TargetEncoder", "columns": ["city"]}
    more = {**FOREST, "preprocessing": {"mode": "Custom", "steps": [step]}}
    one, other = (recipe_of(a_training_job(estimator=e).spec) for e in (FOREST, more))
    assert one.identity() != other.identity()
    told = other.document()["estimator"]["preprocessing"]
    assert told == {"mode": "Custom", "steps": [{**step, "parameters": {}}]}
    assert other.description().endswith("preprocessing Custom TargetEncoder")


def test_calibration_and_threshold_are_parts_of_the_recipe() -> None:
    """Absent, they change no identity; given, they are described and handed to the pod."""
    plain = {"class": "sklearn.linear_model.LogisticRegression"}
    deciding = {"calibration": {"method": "Sigmoid"}, "threshold": {"class": "M", "value": "0.3"}}
    before, after = (
        recipe_of(a_training_job(estimator=given).spec) for given in (plain, {**plain, **deciding})
    )
    assert {"class", "parameters", "preprocessing"} == set(before.identity()["estimator"])
    told = {"calibration": {"method": "Sigmoid", "folds": 5}, "threshold": deciding["threshold"]}
    for words in (after.identity(), after.document()):
        assert told == {name: words["estimator"][name] for name in told}
    assert after.description().endswith(", calibration Sigmoid 5, threshold M 0.3")
