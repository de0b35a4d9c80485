"""How does a Job wait in a queue of Kueue, and how does it show?

Kueue admits a Job by taking its suspension away, and takes its place back by suspending it again.
https://kueue.sigs.k8s.io/docs/tasks/run/jobs/
"""

from __future__ import annotations

from typing import Any

from trainyard.objects import RawObject

QUEUE = "kueue.x-k8s.io/queue-name"
"""The label by which Kueue knows that a Job is its own."""
_TERMINATED = 143
"""The exit code of a container that ended because it was told to."""


def queued(manifest: dict[str, Any], queue: str) -> dict[str, Any]:
    """Return the Job as one that waits in the queue, and begins when it is admitted.

    It is suspended from the first moment, so that it never begins without a quota, whether Kueue
    hears of it before the Job controller or after. A pod that goes because its place was taken back
    is no failure.
    """
    metadata, spec = manifest["metadata"], manifest["spec"]
    rules = [
        {"action": "Ignore", "onExitCodes": {"operator": "In", "values": [_TERMINATED]}},
        *spec["podFailurePolicy"]["rules"],
    ]
    return {
        **manifest,
        "metadata": {**metadata, "labels": {**metadata["labels"], QUEUE: queue}},
        "spec": {**spec, "suspend": True, "podFailurePolicy": {"rules": rules}},
    }


def queue_of(job: RawObject) -> str:
    """Return the queue that the Job is in, or ""."""
    return str((job["metadata"].get("labels") or {}).get(QUEUE, ""))


def is_suspended(job: RawObject) -> bool:
    """Tell whether the Job may have no pods now."""
    return bool(job.get("spec", {}).get("suspend"))


def why_suspended(job: RawObject) -> str:
    """Return what a suspended Job waits for, or ""."""
    if not is_suspended(job):
        return ""
    queue = queue_of(job)
    return f"waits in queue {queue} to be admitted" if queue else "its Job is suspended"
