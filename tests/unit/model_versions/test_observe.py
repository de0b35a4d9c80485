"""What a ModelVersion sees around it."""

from __future__ import annotations

from builders_training import (
    a_model_version,
    an_installation,
    digest,
    raw_deployment,
    raw_training_job,
)
from training_world import TrainingWorld

from trainyard.jobs.job_view import JobPhase
from trainyard.model_versions.observe import observe_model_version

EVALUATE = {
    "name": "evaluate",
    "champion": digest("c"),
    "phase": "Running",
    "queuedAt": "2026-05-04T12:00:00Z",
}


async def test_the_owner_of_the_gates_and_all_deployments_are_seen() -> None:
    """By the name in the spec; there may be none."""
    world = TrainingWorld(raw_training_job(), raw_deployment("one"), raw_deployment("two"))
    found = await observe_model_version(a_model_version(), world, installation=an_installation())
    assert found.training_job is not None
    assert [deployment.metadata.name for deployment in found.deployments] == ["one", "two"]
    assert (found.job, found.report) == (None, None)


async def test_the_job_of_a_measurement_is_seen_even_when_it_is_missing() -> None:
    """Then it is created again."""
    version = a_model_version(status={"evaluate": EVALUATE})
    found = await observe_model_version(version, TrainingWorld(), installation=an_installation())
    assert found.job is not None
    assert (found.job.name, found.job.phase) == ("evaluate", JobPhase.ABSENT)
