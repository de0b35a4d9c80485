"""What happens to a TrainingJob, told as stories on a cluster in memory."""

from __future__ import annotations

from builders_training import (
    digest,
    raw_training_job,
)
from training_stories import (
    JOB,
    a_world,
    newest_run,
    succeed,
)
from training_world import TrainingWorld


def test_a_first_run_starts_with_the_current_version_of_the_data() -> None:
    """The run is on record before its Job, and says why it was started."""
    world = a_world()
    run = newest_run(world)
    assert (run["phase"], run["attempt"], run["cause"]["kind"]) == ("Pending", 0, "FirstRun")
    assert run["datasetDigest"] == digest("d")
    assert world.names("Job") == [run["name"]]
    assert world.condition(*JOB, "Reconciling") == ("True", "Training")


def test_a_run_gives_an_accepted_version_that_becomes_current() -> None:
    """Without gates the version is accepted at once; its name is made of the bundle."""
    world = a_world()
    world.begin(newest_run(world)["name"])
    world.settle()
    assert newest_run(world)["phase"] == "Running"
    succeed(world, "b", accuracy="0.97")
    assert world.names("ModelVersion") == ["model-bbbbbbbbbb"]
    current = world.status(*JOB)["current"]
    assert (current["name"], current["bundleDigest"]) == ("model-bbbbbbbbbb", digest("b"))
    assert world.condition(*JOB, "Ready") == ("True", "VersionAccepted")
    assert world.condition(*JOB, "LastRunAccepted") == ("True", "VersionAccepted")
    assert newest_run(world)["metrics"] == {"accuracy": "0.97"}


def test_a_settled_training_job_plans_nothing() -> None:
    """Deciding again on the world that the last plan made yields no action and no change."""
    world = a_world()
    succeed(world, "b")
    for key, plan in world.plans().items():
        kind, _, name = key.partition("/")
        assert (plan.actions, plan.events) == ((), ())
        assert plan.status is not None
        assert plan.status.to_api() == world.status(kind, name)


def test_a_model_version_has_no_owner_and_says_what_it_is_made_of() -> None:
    """It outlives its TrainingJob and holds metrics, recipe, cause and the image that ran."""
    world = a_world(seed=7)
    succeed(world, "b", accuracy="0.97")
    version = world.raw("ModelVersion", "model-bbbbbbbbbb")
    spec = version["spec"]
    assert "ownerReferences" not in version["metadata"]
    assert spec["metrics"] == {"accuracy": "0.97"}
    assert spec["recipe"] == "sklearn.linear_model.LogisticRegression {}, seed 7"
    assert spec["cause"]["kind"] == "FirstRun"
    assert spec["image"] == "registry/training@sha256:0123"
    assert spec["libraries"] == {"scikit-learn": "1.9.1"}


def test_a_training_job_that_is_being_deleted_is_left_alone() -> None:
    """No status, no action."""
    world = TrainingWorld(raw_training_job(meta={"deletionTimestamp": "2026-05-04T12:00:00Z"}))
    plan = world.plans()["TrainingJob/model"]
    assert (plan.status, plan.actions) == (None, ())
