"""What all Jobs of ours have in common."""

from __future__ import annotations

import json
from typing import Any

from builders_training import a_training_job, an_installation

from trainyard.api.pod_settings import PodSettings
from trainyard.installation import BucketStore
from trainyard.jobs.job_manifest import (
    PodParts,
    Work,
    job,
    report_job,
    scratch_name,
    store_parts,
    task_variable,
    trainer_container,
    variable,
)


def _work(**fields: Any) -> Work:
    values: dict[str, Any] = {
        "owner": a_training_job(),
        "name": "model-0123456789",
        "installation": an_installation(),
        "settings": PodSettings(),
        "deadline_seconds": 60,
    }
    return Work(**{**values, **fields})


def test_the_result_lies_under_owner_and_run() -> None:
    """By uid: a re-created owner of the same name reads nothing of its predecessor."""
    assert _work().result == "runs/uid-model/model-0123456789/result.json"


def test_a_job_is_tried_once_and_kept() -> None:
    """Our own attempts count, disruptions do not, and no TTL removes a result."""
    spec = job(_work(), PodParts(containers=[]), run="r")["spec"]
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"]) == (0, 60)
    assert "ttlSecondsAfterFinished" not in spec
    assert [rule["action"] for rule in spec["podFailurePolicy"]["rules"]] == ["FailJob", "Ignore"]


def test_labels_find_the_owner_on_job_and_pods() -> None:
    """The owner's kind and name, and the run."""
    manifest = job(_work(), PodParts(containers=[]), run="r")
    labels = manifest["metadata"]["labels"]
    assert labels == {
        "app.kubernetes.io/managed-by": "trainyard",
        "trainyard.dev/owner-kind": "trainingjob",
        "trainyard.dev/owner": "model",
        "trainyard.dev/trainingjob": "model",
        "trainyard.dev/run": "r",
    }
    assert labels == manifest["spec"]["template"]["metadata"]["labels"]


def test_every_container_has_a_scratch_folder_of_its_own() -> None:
    """Nothing is handed on through /tmp."""
    containers = [trainer_container(_work(), "fetch"), trainer_container(_work(), "train")]
    pod = job(_work(), PodParts(containers=containers))["spec"]["template"]["spec"]
    volumes = {volume["name"] for volume in pod["volumes"]}
    assert {scratch_name("fetch"), scratch_name("train")} <= volumes
    mounts = [[mount["name"] for mount in c["volumeMounts"]] for c in pod["containers"]]
    assert mounts == [["tmp-fetch"], ["tmp-train"]]


def test_equal_tasks_are_equal_texts() -> None:
    """Whatever the order of their fields."""
    assert task_variable({"a": 1, "b": 2}) == task_variable({"b": 2, "a": 1})
    assert variable("A", "b") == {"name": "A", "value": "b"}


def test_a_bucket_needs_no_volume() -> None:
    """Credentials come from the namespace's own secret."""
    installation = an_installation(store=BucketStore("bucket", "", "http://s3", "eu"))
    environment, mounts = store_parts(_work(installation=installation), read_only=True)
    assert mounts == []
    assert environment[0]["value"] == "s3://bucket/default/team"


def test_a_report_reads_another_runs_result() -> None:
    """It may only read the store."""
    manifest = report_job(_work(name="report"), "model-0123456789")
    (container,) = manifest["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["report"]
    assert "runs/uid-model/model-0123456789/result.json" in json.dumps(container["env"])
    assert [m["readOnly"] for m in container["volumeMounts"] if m["name"] == "store"] == [True]
