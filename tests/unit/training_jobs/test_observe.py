"""What a TrainingJob sees around it."""

from __future__ import annotations

from builders_training import (
    a_training_job,
    an_installation,
    raw_deployment,
    raw_model_version,
)
from training_stories import JOB, a_world, newest_run
from training_world import TrainingWorld

from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.jobs.job_view import JobPhase
from trainyard.training_jobs.observe import observe_training_job


async def test_an_empty_namespace_is_seen_as_such() -> None:
    """Absence is a value."""
    found = await observe_training_job(
        a_training_job(), TrainingWorld(), installation=an_installation()
    )
    assert (found.dataset, found.versions, found.deployments, found.job) == (None, (), (), None)


async def test_only_versions_of_this_training_job_that_are_not_leaving_are_seen() -> None:
    """By the name in their spec."""
    other = {"trainingJob": {"name": "another"}}
    leaving = {"deletionTimestamp": "2026-05-04T12:00:00Z"}
    world = TrainingWorld(
        raw_model_version("1"),
        raw_model_version("2", **other),
        raw_model_version("3", meta=leaving),
        raw_deployment("any"),
    )
    found = await observe_training_job(a_training_job(), world, installation=an_installation())
    assert [version.metadata.name for version in found.versions] == ["model-1111111111"]
    assert [deployment.metadata.name for deployment in found.deployments] == ["any"]


async def test_the_job_of_the_run_at_work_is_seen() -> None:
    """And it is among the Jobs that may be tidied up."""
    world = a_world()
    job = TrainingJob.model_validate(world.raw(*JOB))
    found = await observe_training_job(job, world, installation=an_installation())
    assert found.job is not None
    assert (found.job.name, found.job.phase) == (newest_run(world)["name"], JobPhase.WAITING)
    assert [reference.name for reference in found.children] == [found.job.name]
