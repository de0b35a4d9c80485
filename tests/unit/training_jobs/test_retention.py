"""What is kept, told as a story."""

from __future__ import annotations

from batch_stories import VERSION, raw_batch
from builders_training import Raw, a_deployment, a_model_version, digest, raw_deployment
from training_stories import (
    JOB,
    a_world,
    new_data,
    newest_run,
    retraining,
    succeed,
)

from trainyard.api.v1alpha1.training_job_status import TrainingJobStatus
from trainyard.objects import ObjectRef
from trainyard.training_jobs.retention import (
    kept_runs,
    superfluous_children,
    superfluous_versions,
    used_versions,
)


def test_history_limits_keep_what_is_used() -> None:
    """Old runs and versions go; what serves, what is current and their neighbours stay."""
    world = a_world(raw_deployment(stable="b"), retrain=retraining(), historyLimit=1)
    succeed(world, "b")
    for index, character in enumerate("f93"):
        world.wait(1)
        new_data(world, character, 200 + 100 * index)
        succeed(world, character)
    assert world.names("ModelVersion") == [
        "model-3333333333",
        "model-9999999999",
        "model-bbbbbbbbbb",
    ]
    assert len(world.status(*JOB)["runs"]) == 1
    assert world.names("Job") == [newest_run(world)["name"]]


def test_a_version_that_scores_files_stays() -> None:
    """A BatchPrediction that pins it runs again tomorrow."""
    world = a_world(raw_batch(suspend=True), retrain=retraining(), historyLimit=1)
    succeed(world, "b")
    for index, character in enumerate("f93"):
        world.wait(1)
        new_data(world, character, 200 + 100 * index)
        succeed(world, character)
    assert ["model-3333333333", "model-9999999999", VERSION] == world.names("ModelVersion")


def test_a_version_that_is_pinned_or_canary_stays() -> None:
    """Whatever a deployment refers to."""
    canary: Raw = {"canary": {"revision": "r2", "bundleDigest": digest("2")}}
    pinned: Raw = {"spec": {"model": {"version": {"name": "model-1111111111"}}}}
    deployments = (a_deployment("one", **canary), a_deployment("two", **pinned))
    versions = [a_model_version(character, inputsDigest=digest("9")) for character in "123"]
    used = used_versions(TrainingJobStatus(), versions, deployments)
    gone = superfluous_versions(versions, used, 0)
    assert [version.metadata.name for version in gone] == ["model-3333333333"]


def test_jobs_that_something_needs_stay() -> None:
    """The report Job of the run at work, for one."""
    jobs = [ObjectRef("Job", "team", name) for name in ("old", "report")]
    gone = superfluous_children(TrainingJobStatus(), jobs, {"report"})
    assert gone == (jobs[0],)
    assert kept_runs((), 3) == ()
