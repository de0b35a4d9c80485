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
