"""What do our Jobs look like? One pod, tried once, kept until its result is in a status."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainyard.api.base import Resource
from trainyard.api.pod_settings import PodSettings, ResourceAmounts
from trainyard.installation import Installation
from trainyard.jobs.failure import USER_FAULT_CODES
from trainyard.jobs.queueing import queued
from trainyard.ownership import child_labels, owner_reference
from trainyard.pod_defaults import amounts
from trainyard.pod_security import (
    folder_volume,
    hardened_container,
    hardened_pod,
    pod_metadata,
    resources_of,
)
from trainyard.store_access import RESULT, store_environment, store_mounts, store_volumes

Document = Mapping[str, Any]
REPORT_DEADLINE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work: whose it is, what it is called, where its result goes."""

    owner: Resource
    name: str
    """The Job's name, the run's name, and the last folder of the result's path."""
    installation: Installation
    settings: PodSettings
    deadline_seconds: int
    queue: str = ""
    """The queue of Kueue that admits it; empty: none."""

    @property
    def resources(self) -> ResourceAmounts:
        """Requests and limits of each container."""
        return resources_of(self.settings, self.installation.pods)

    @property
    def result(self) -> str:
        """Path of the result below the namespace's part of the store."""
        return f"runs/{self.owner.metadata.uid}/{self.name}/result.json"


@dataclass(frozen=True, slots=True)
class PodParts:
    """What differs between our Jobs' pods."""

    containers: Sequence[dict[str, Any]]
    init_containers: Sequence[dict[str, Any]] = ()
    volumes: Sequence[dict[str, Any]] = ()


def job(work: Work, parts: PodParts, **labels: str) -> dict[str, Any]:
    """Return the manifest of a Job of one attempt.

    It has no TTL: it goes when its result is in a status. Disruptions (drains, preemption) are
    not attempts: Kubernetes starts another pod.
    """
    found = child_labels(work.owner, **labels)
    manifest: dict[str, Any] = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": work.name,
            "namespace": work.owner.metadata.namespace,
            "labels": found,
            "ownerReferences": [owner_reference(work.owner)],
        },
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": work.deadline_seconds,
            "podReplacementPolicy": "Failed",
            "podFailurePolicy": {"rules": _failure_rules()},
            "template": {
                "metadata": pod_metadata(work.settings, found),
                "spec": _pod(work, parts),
            },
        },
    }
    return queued(manifest, work.queue) if work.queue else manifest


def _failure_rules() -> list[dict[str, Any]]:
    return [
        {
            "action": "FailJob",
            "onExitCodes": {"operator": "In", "values": list(USER_FAULT_CODES)},
        },
        {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
    ]


def _pod(work: Work, parts: PodParts) -> dict[str, Any]:
    names = [container["name"] for container in (*parts.init_containers, *parts.containers)]
    scratch = [folder_volume(scratch_name(name), work.resources) for name in names]
    spec: dict[str, Any] = {
        "restartPolicy": "Never",
        **hardened_pod(work.settings, work.installation.pods),
        "containers": list(parts.containers),
        "volumes": [*parts.volumes, *store_volumes(work.installation), *scratch],
    }
    if parts.init_containers:
        spec["initContainers"] = list(parts.init_containers)
    return spec


def scratch_name(container: str) -> str:
    """Return the volume of the container's scratch folder.

    Each has its own: user code must neither read what fetch left behind nor leave anything that
    publish, which has the credentials, would pick up.
    """
    return f"tmp-{container}"


def trainer_container(
    work: Work,
    verb: str,
    *,
    environment: Sequence[dict[str, Any]] = (),
    mounts: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return a container of the training image that does `verb`."""
    return hardened_container(
        {
            "name": verb,
            "image": work.installation.training_image,
            "imagePullPolicy": work.installation.image_pull_policy,
            "args": [verb],
            "env": list(environment),
            "resources": amounts(work.resources),
            "volumeMounts": list(mounts),
        },
        scratch=scratch_name(verb),
    )


def task_variable(document: Document) -> dict[str, Any]:
    """Return the variable that holds the task; sorted, so that equal tasks are equal texts."""
    return variable("TRAINYARD_TASK", json.dumps(document, sort_keys=True))


def variable(name: str, value: str) -> dict[str, Any]:
    """Return an environment variable."""
    return {"name": name, "value": value}


def store_parts(
    work: Work, *, read_only: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return environment and mounts of a container that may reach the store."""
    namespace = work.owner.metadata.namespace
    return (
        store_environment(work.installation, namespace, read_only=read_only),
        store_mounts(work.installation, read_only=read_only),
    )


def report_job(work: Work, of_run: str, **labels: str) -> dict[str, Any]:
    """Return the Job that prints the stored result of a run whose own message was not readable."""
    environment, mounts = store_parts(work, read_only=True)
    path = f"runs/{work.owner.metadata.uid}/{of_run}/result.json"
    container = trainer_container(
        work,
        "report",
        environment=[variable(RESULT, path), *environment],
        mounts=mounts,
    )
    return job(work, PodParts(containers=[container]), **labels)
