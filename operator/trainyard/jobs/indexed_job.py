"""How does a Job do its work in parts: a pod per part, some at a time?"""

from __future__ import annotations

from typing import Any

from trainyard.jobs.failure import USER_FAULT_CODES

LOST_PODS_PER_PART = 2
"""So often a part begins anew after its pod was lost or killed for memory."""


def indexed(manifest: dict[str, Any], *, completions: int, parallelism: int) -> dict[str, Any]:
    """Return the Job as one of so many parts; a part that fails does not end the others."""
    spec = {key: value for key, value in manifest["spec"].items() if key != "backoffLimit"}
    spec |= {
        "completionMode": "Indexed",
        "completions": completions,
        "parallelism": min(parallelism, completions),
        "backoffLimitPerIndex": LOST_PODS_PER_PART,
        "maxFailedIndexes": completions,
        "podFailurePolicy": {"rules": _rules()},
    }
    return {**manifest, "spec": spec}


def _rules() -> list[dict[str, Any]]:
    return [
        {
            "action": "FailIndex",
            "onExitCodes": {"operator": "In", "values": list(USER_FAULT_CODES)},
        },
        {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
    ]
