"""What the conditions of a TrainingJob say."""

from __future__ import annotations

import pytest
from builders_training import (
    raw_dataset,
    raw_training_job,
)
from training_stories import (
    JOB,
    a_world,
    newest_run,
    succeed,
)
from training_world import TrainingWorld


def test_a_refused_version_leaves_no_current_one_for_its_inputs() -> None:
    """Deployments keep what they have; the condition holds the gate report."""
    gates = [{"name": "good", "metric": "accuracy", "min": "0.95"}]
    world = a_world(gates=gates)
    succeed(world, "b", accuracy="0.9")
    assert "current" not in world.status(*JOB)
    assert world.condition(*JOB, "Ready") == ("False", "VersionRefused")
    assert world.condition(*JOB, "LastRunAccepted") == ("False", "VersionRefused")
    (accepted,) = [c for c in world.status(*JOB)["conditions"] if c["type"] == "LastRunAccepted"]
    assert accepted["message"] == "good failed: accuracy 0.9 < 0.95"


def test_missing_and_empty_datasets_are_named() -> None:
    """Files can be applied in any order: it waits and says for what."""
    world = TrainingWorld(raw_training_job())
    world.settle()
    assert world.condition(*JOB, "Ready") == ("False", "DatasetNotFound")
    world.put(raw_dataset())
    world.settle()
    assert world.condition(*JOB, "Ready") == ("False", "WaitingForData")


def test_an_unpinned_image_is_a_warning() -> None:
    """A tag's content may change; what ran is recorded."""
    world = a_world(estimator=None, container={"image": "team/trainer:latest"})
    assert world.condition(*JOB, "ImageNotPinned") == ("True", "TagNotDigest")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        pytest.param("DeadlineExceeded", "ask for another attempt afterwards", id="a deadline"),
        pytest.param("BackoffLimitExceeded", "Change the recipe or the data", id="anything else"),
    ],
)
def test_what_is_outside_the_recipe_needs_another_attempt(reason: str, words: str) -> None:
    """More time or memory starts nothing by itself, and the condition says so."""
    world = a_world(attempts={"maxRetries": 0})
    world.begin(world.names("Job")[0])
    world.lose(world.names("Job")[0], reason)
    world.settle()
    (stalled,) = [c for c in world.status(*JOB)["conditions"] if c["type"] == "Stalled"]
    assert words in stalled["message"]


def test_a_pod_that_is_refused_says_why() -> None:
    """In the condition and in the column."""
    world = a_world()
    world.refuse_pod(newest_run(world)["name"], "exceeded quota: small")
    world.settle()
    (condition,) = [c for c in world.status(*JOB)["conditions"] if c["type"] == "Reconciling"]
    assert condition["message"].endswith("is pending: FailedCreate: exceeded quota: small")
    assert "exceeded quota: small" in world.status(*JOB)["summary"]["why"]


def test_a_pod_whose_store_is_on_another_node_says_so_long_before_its_deadline() -> None:
    """Half a minute after it got its node; and no longer than it is so."""
    world = a_world()
    run_ = newest_run(world)["name"]
    world.refuse_volume(run_, 'Multi-Attach error for volume "pvc-1"')
    world.settle()
    assert "Multi-Attach" not in world.status(*JOB)["summary"]["why"]
    world.wait(31)
    world.settle()
    assert "make it ReadWriteMany, use S3" in world.status(*JOB)["summary"]["why"]
    world.begin(run_)
    world.settle()
    assert "ReadWriteMany" not in world.status(*JOB)["summary"]["why"]


def test_only_a_run_of_a_changed_spec_is_reconciling() -> None:
    """A retrain each night must not hold up what waits for the object."""
    world = a_world()
    assert world.condition(*JOB, "Reconciling") == ("True", "Training")
    succeed(world, "b")
    world.ask(*JOB, "run@now")
    world.settle()
    assert world.condition(*JOB, "Reconciling") is None
    assert world.condition(*JOB, "Running") == ("True", "Training")
    assert world.status(*JOB)["summary"]["why"].startswith("Training: run model-")
