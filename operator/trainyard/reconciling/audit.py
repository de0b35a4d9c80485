"""Which decisions does a status record that the one before it did not?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trainyard.objects import RawObject


def decisions(before: RawObject, status: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what the audit log says of each new entry of the history, oldest first."""
    known = [*_history(before.get("status") or {})]
    metadata = before["metadata"]
    for entry in _history(status):
        if entry not in known:
            yield {
                "kind": before["kind"],
                "namespace": metadata.get("namespace", ""),
                "name": metadata["name"],
                "uid": metadata.get("uid", ""),
                "generation": metadata.get("generation", 0),
                "number": entry.get("number", 0),
                "reason": entry.get("reason", ""),
                "message": entry.get("message", ""),
            }


def _history(status: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from status.get("history") or ()
