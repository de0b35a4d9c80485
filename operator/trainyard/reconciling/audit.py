"""Which decisions on record were not told yet?

A history is written with its status, so it is complete whatever happens to the process: told is
what stands there and was not told before. What was written and its answer lost, or its writer
killed before it could tell, is found with the next look.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from trainyard.objects import RawObject
from trainyard.ownership import AUTHOR

PAST = timedelta(days=1)
"""A new process tells again what was decided so long before it began: it cannot know what the one
before it still told. Uid and number say what is the same."""

Place = tuple[str, str, str]


class _Told(NamedTuple):
    uid: str
    at: datetime
    number: int


class AuditTrail:
    """What one process told of the decisions on record."""

    def __init__(self, since: datetime) -> None:
        self._since = since - PAST
        self._told: dict[Place, _Told] = {}

    def news(self, raw: RawObject) -> list[dict[str, Any]]:
        """Return what the audit log says of each decision that is news, oldest first; from now on
        they are told.
        """
        history = (raw.get("status") or {}).get("history") or ()
        if not history:
            return []
        metadata = raw["metadata"]
        place = (raw["kind"], metadata.get("namespace", ""), metadata["name"])
        uid = metadata.get("uid", "")
        told = self._told.get(place)
        if told is None or told.uid != uid:
            told = _Told(uid, self._since, 0)
        fresh = [entry for entry in history if (_at(entry), _number(entry)) > told[1:]]
        if fresh:
            self._told[place] = _Told(uid, _at(fresh[-1]), _number(fresh[-1]))
        return [_line(raw, entry) for entry in fresh]

    def forget(self, place: Place) -> None:
        """The object is gone."""
        self._told.pop(place, None)


def _line(raw: RawObject, entry: Mapping[str, Any]) -> dict[str, Any]:
    metadata = raw["metadata"]
    return {
        "kind": raw["kind"],
        "namespace": metadata.get("namespace", ""),
        "name": metadata["name"],
        "uid": metadata.get("uid", ""),
        "generation": metadata.get("generation", 0),
        "author": (metadata.get("annotations") or {}).get(AUTHOR, ""),
        "number": _number(entry),
        "at": entry.get("at", ""),
        "reason": entry.get("reason", ""),
        "message": entry.get("message", ""),
    }


def _at(entry: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"])


def _number(entry: Mapping[str, Any]) -> int:
    return int(entry.get("number", 0))
