"""What the Job of a search looks like."""

from __future__ import annotations

from builders_training import Raw, a_training_job, an_installation

from trainyard.api.pod_settings import PodSettings
from trainyard.jobs.job_manifest import Work
from trainyard.jobs.search_job import TRIAL, search_job_manifest
from trainyard.jobs.training_pod import Training


def manifest(parallelism: int = 2) -> Raw:
    """The Job of a search."""
    work = Work(a_training_job(), "search", an_installation(), PodSettings(), 60)
    training = Training({"seed": 0})
    return search_job_manifest(work, training, trials=5, parallelism=parallelism)


def test_a_trial_sees_the_train_rows_and_no_keys() -> None:
    """What it runs is only numbers, yet neither answers nor credentials are in reach."""
    pod = manifest()["spec"]["template"]["spec"]
    (fetch,), (trial,) = pod["initContainers"], pod["containers"]
    assert ("fetch", TRIAL) == (fetch["name"], trial["name"])
    mounts = {mount["name"]: mount.get("readOnly", False) for mount in trial["volumeMounts"]}
    assert {"data": True, "tmp-trial": False} == mounts
    names = {variable["name"] for variable in trial["env"]}
    assert "TRAINYARD_TASK" in names
    assert not any("STORE" in name or "AWS" in name for name in names)


def test_a_trial_that_fails_is_no_end_of_the_others() -> None:
    """Each index has its own tries; a fault of the user's is tried once."""
    spec = manifest()["spec"]
    assert ("Indexed", 5, 2) == (spec["completionMode"], spec["completions"], spec["parallelism"])
    assert (2, 5) == (spec["backoffLimitPerIndex"], spec["maxFailedIndexes"])
    assert "backoffLimit" not in spec
    actions = [rule["action"] for rule in spec["podFailurePolicy"]["rules"]]
    assert ["FailIndex", "Ignore"] == actions


def test_no_more_pods_than_trials() -> None:
    """However many may run at a time."""
    assert 5 == manifest(parallelism=50)["spec"]["parallelism"]
