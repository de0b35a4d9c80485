"""How does a Job do its work in parts: a pod per part, some at a time?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
        "podFailurePolicy": {"rules": _rules(spec["podFailurePolicy"]["rules"])},
    }
    return {**manifest, "spec": spec}


def _rules(rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What ends a Job of one pod ends one part."""
    by_part = {"FailJob": "FailIndex"}
    return [{**rule, "action": by_part.get(rule["action"], rule["action"])} for rule in rules]
