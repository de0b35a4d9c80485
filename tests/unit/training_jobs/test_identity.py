"""What a model is made of."""

from __future__ import annotations

import pytest
from builders_training import Raw, a_training_job, digest

from trainyard.training_jobs.identity import (
    describe_recipe,
    inputs_digest,
    recipe_digest,
    run_name,
    version_name,
)

FOREST = {"class": "sklearn.ensemble.RandomForestClassifier"}
IMPORT = {
    "source": {"http": {"url": "http://a/model.onnx"}},
    "format": "Onnx",
    "digest": digest("7"),
}
CONTAINER = {"image": "team/trainer:1", "env": [{"name": "DEPTH", "value": "3"}]}
FULL_ESTIMATOR = {
    **FOREST,
    "parameters": {"n_estimators": 200, "max_features": {"$float": "1.0"}},
    "preprocessing": {"mode": "None"},
}
GOLDEN = {
    "estimator": "sha256:438589c1d8c66fb47b81a67e057401ae56093b2d945a89768aa7bc51f1cb8b70",
    "full": "sha256:53b4593cbbc9f2cfe87ed54072fb4ee98027486810037d0557203199d6087ec3",
    "container": "sha256:d7da5de84ac30b579973a2c9d5481c4d7fc3093965d354bdbd0463d68f69acae",
    "import": "sha256:3e19f5805f236c83631398ee22963ecd27da727e04d446e06eb27033a5050401",
}


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        pytest.param("estimator", {"estimator": FOREST}, id="a bare estimator"),
        pytest.param("full", {"estimator": FULL_ESTIMATOR, "seed": 7}, id="all of an estimator"),
        pytest.param("container", {"estimator": None, "container": CONTAINER}, id="a container"),
        pytest.param("import", {"estimator": None, "import": IMPORT}, id="an imported model"),
    ],
)
def test_digests_of_recipes_are_pinned(name: str, spec: Raw) -> None:
    """They may never change for an unchanged recipe: an upgrade would train everything again."""
    assert GOLDEN[name] == recipe_digest(a_training_job(**spec).spec)


def test_the_digest_of_inputs_and_the_name_of_a_run_are_pinned() -> None:
    """They are made of recipe and data, and of the attempt."""
    inputs = inputs_digest(digest("a"), digest("b"))
    assert inputs == "sha256:c206de42518529329dd74ed5ca93c7db8992e728fee258aee94c205c1d6774bc"
    assert run_name("model", inputs, 0) == "model-cd39e5a5b6"


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"seed": 0}, id="a written default seed"),
        pytest.param({"estimator": {**FOREST, "parameters": {}}}, id="written empty parameters"),
        pytest.param(
            {"estimator": {**FOREST, "preprocessing": {"mode": "Auto"}}},
            id="written default preprocessing",
        ),
        pytest.param({"suspend": True}, id="suspend"),
        pytest.param({"gates": [{"name": "g", "metric": "rmse", "max": "1"}]}, id="gates"),
        pytest.param({"pod": {"nodeSelector": {"a": "b"}}}, id="pod settings"),
        pytest.param({"attempts": {"maxRetries": 9}}, id="attempts"),
        pytest.param({"retrain": {"onNewData": {}}}, id="retrain"),
    ],
)
def test_what_does_not_count(spec: Raw) -> None:
    """These make no other model."""
    plain = recipe_digest(a_training_job(estimator=FOREST).spec)
    assert plain == recipe_digest(a_training_job(**{"estimator": FOREST, **spec}).spec)


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"seed": 1}, id="the seed"),
        pytest.param({"trust": "Pickle"}, id="trust"),
        pytest.param({"estimator": {"class": "sklearn.svm.SVC"}}, id="the class"),
        pytest.param({"estimator": {**FOREST, "parameters": {"a": 1}}}, id="parameters"),
        pytest.param(
            {"estimator": {**FOREST, "preprocessing": {"mode": "None"}}}, id="preprocessing"
        ),
    ],
)
def test_what_counts(spec: Raw) -> None:
    """Each of these makes another model."""
    plain = recipe_digest(a_training_job(estimator=FOREST).spec)
    assert plain != recipe_digest(a_training_job(**{"estimator": FOREST, **spec}).spec)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param(
            {"estimator": {**FOREST, "parameters": {"n_estimators": 5}}},
            'sklearn.ensemble.RandomForestClassifier {"n_estimators": 5}',
            id="class and parameters",
        ),
        pytest.param(
            {"estimator": {**FOREST, "preprocessing": {"mode": "None"}}, "seed": 7},
            "sklearn.ensemble.RandomForestClassifier {}, preprocessing None, seed 7",
            id="whatever else two recipes may differ in",
        ),
        pytest.param({"estimator": None, "container": CONTAINER}, "team/trainer:1", id="the image"),
        pytest.param(
            {"estimator": None, "import": IMPORT}, f"Onnx file {digest('7')}", id="the file"
        ),
    ],
)
def test_recipes_in_short(spec: Raw, expected: str) -> None:
    """What `kubectl get` shows of a recipe."""
    assert expected == describe_recipe(a_training_job(**spec).spec)


def test_versions_are_named_by_their_bundle() -> None:
    """The first ten digits."""
    assert version_name("model", digest("b")) == "model-bbbbbbbbbb"
