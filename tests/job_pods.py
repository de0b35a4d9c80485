"""What the Job controller and the kubelet say of a Job's pod, for tests that play their part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from builders_training import NAMESPACE, Raw


def ended(container: str, exit_code: int, message: str, now: datetime) -> Raw:
    """Return the status of a container that ended and left this termination message."""
    moment = now.isoformat()
    terminated = {
        "exitCode": exit_code,
        "reason": "Completed" if exit_code == 0 else "Error",
        "message": message,
        "startedAt": moment,
        "finishedAt": moment,
    }
    return {
        "name": container,
        "state": {"terminated": terminated},
        "imageID": "registry/training@sha256:0123",
    }


def pod_of(job: Raw, statuses: Sequence[Raw], now: datetime) -> Raw:
    """Return the Job's pod with these container statuses."""
    name = job["metadata"]["name"]
    labels = job["spec"]["template"]["metadata"]["labels"]
    return {
        "kind": "Pod",
        "metadata": {
            "name": f"{name}-pod",
            "namespace": NAMESPACE,
            "uid": f"uid-pod-{name}",
            "creationTimestamp": now.isoformat(),
            "labels": {**labels, "batch.kubernetes.io/job-name": name},
            "ownerReferences": [{"uid": job["metadata"]["uid"], "controller": True}],
        },
        "status": {"containerStatuses": statuses},
    }


def a_pod_being_made(job: Raw, now: datetime) -> Raw:
    """Return the Job's pod with a node and no container."""
    pod = pod_of(job, (), now)
    scheduled = {
        "type": "PodScheduled",
        "status": "True",
        "lastTransitionTime": now.isoformat(),
    }
    return pod | {"status": {"phase": "Pending", "conditions": [scheduled]}}


def a_refusal(of: Raw, message: str, now: datetime, reason: str = "FailedCreate") -> Raw:
    """Return the Event that says why a Job has no pod, or a pod no container."""
    name = of["metadata"]["name"]
    return {
        "kind": "Event",
        "metadata": {"name": f"{name}.1", "namespace": NAMESPACE, "uid": "uid-event"},
        "involvedObject": {"kind": of["kind"], "name": name, "uid": of["metadata"]["uid"]},
        "type": "Warning",
        "reason": reason,
        "message": message,
        "lastTimestamp": now.isoformat(),
    }
