"""Which inputs are wanted, told as stories."""

from __future__ import annotations

import pytest
from builders_training import (
    Raw,
    digest,
    raw_training_job,
    train_result,
)
from training_stories import (
    JOB,
    a_world,
    new_data,
    newest_run,
    retraining,
    succeed,
)
from training_world import TrainingWorld


def test_new_data_alone_starts_nothing() -> None:
    """Every trigger is off unless spec.retrain names it."""
    world = a_world()
    succeed(world, "b")
    new_data(world, "f", 500)
    assert len(world.status(*JOB)["runs"]) == 1
    assert world.status(*JOB)["current"]["bundleDigest"] == digest("b")


@pytest.mark.parametrize(
    ("rows", "runs"),
    [
        pytest.param(109, 1, id="nine new rows of ten are too few"),
        pytest.param(110, 2, id="ten new rows of ten start a run"),
    ],
)
def test_new_data_starts_a_run_when_enough_rows_are_new(rows: int, runs: int) -> None:
    """spec.retrain.onNewData.minNewRows counts rows beyond the version trained on."""
    world = a_world(retrain=retraining())
    succeed(world, "b")
    new_data(world, "f", rows)
    assert len(world.status(*JOB)["runs"]) == runs


def test_a_changed_recipe_takes_the_newest_data() -> None:
    """A person wrote it: no brake holds it, and the data is the current version."""
    world = a_world(retrain=retraining(cooldownSeconds=10_000))
    succeed(world, "b")
    new_data(world, "f", 101)
    world.change(*JOB, seed=1)
    world.settle()
    run = newest_run(world)
    assert (run["cause"]["kind"], run["datasetDigest"]) == ("RecipeChanged", digest("f"))
    assert "current" not in world.status(*JOB)
    assert world.condition(*JOB, "Ready") == ("True", "VersionAccepted")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"gates": [{"name": "g", "metric": "accuracy", "min": "0.1"}]}, id="gates"),
        pytest.param({"pod": {"nodeSelector": {"disk": "fast"}}}, id="pod settings"),
        pytest.param({"attempts": {"maxRetries": 0}}, id="attempts"),
        pytest.param({"historyLimit": 3}, id="history limit"),
        pytest.param({"retrain": {"onNewData": {"minNewRows": 5}}}, id="retrain"),
    ],
)
def test_what_the_model_is_not_made_of_retrains_nothing(change: Raw) -> None:
    """Only data and recipe are inputs."""
    world = a_world()
    succeed(world, "b")
    world.change(*JOB, **change)
    world.settle()
    assert len(world.status(*JOB)["runs"]) == 1
    assert world.status(*JOB)["current"]["bundleDigest"] == digest("b")


def test_a_pinned_dataset_digest_is_trained_on() -> None:
    """The pin names the version; a changed pin is a new run."""
    world = a_world(dataset={"name": "tumours", "digest": digest("9")})
    assert newest_run(world)["datasetDigest"] == digest("9")
    world.change(*JOB, dataset={"name": "tumours", "digest": digest("8")})
    world.settle()
    assert (newest_run(world)["cause"]["kind"], newest_run(world)["datasetDigest"]) == (
        "DatasetPinned",
        digest("8"),
    )


def test_an_import_without_data_waits_for_none() -> None:
    """It runs at once, gives a version, and asks for no data; a Dataset that comes is a new one."""
    source = {"s3": {"path": "models/churn.onnx"}}
    imported = {"source": source, "digest": digest("7")}
    recipe: Raw = {"estimator": None, "dataset": None, "import": imported}
    world = TrainingWorld(raw_training_job(**recipe))
    world.settle()
    run = newest_run(world)
    assert ("FirstRun", None) == (run["cause"]["kind"], run.get("datasetDigest"))
    world.finish(run["name"], {**train_result("b", champion=None), "dataset": None})
    world.settle()
    current = world.status(*JOB)["current"]
    assert (digest("b"), None) == (current["bundleDigest"], current.get("datasetDigest"))
    assert ("True", "VersionAccepted") == world.condition(*JOB, "Ready")
    world.change(*JOB, dataset={"name": "tumours"})
    world.settle()
    assert ("False", "DatasetNotFound") == world.condition(*JOB, "Ready")
    assert 1 == len(world.status(*JOB)["runs"])
