"""How long are captured rows kept? So many days; then every part of a day goes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Protocol

from modelbundle.store import Entry


class Removable(Protocol):
    """The part of modelbundle's Store that is needed here."""

    def list(self, prefix: str = "") -> tuple[Entry, ...]:
        """All objects below the folder."""

    def delete(self, key: str) -> None:
        """The object is gone."""


def outdated(keys: Iterable[str], today: date, days: int) -> tuple[str, ...]:
    """Of keys `…/<day>/<part>` those of days that ended more than so many days ago."""
    first = today - timedelta(days=days)
    return tuple(key for key in keys if (day := _day(key)) is not None and day < first)


def remove_outdated(store: Removable, root: str, today: date, days: int) -> int:
    """Every outdated part below `root`, of whichever revision, is gone; returns how many were."""
    keys = outdated((entry.key for entry in store.list(root)), today, days)
    for key in keys:
        store.delete(key)
    return len(keys)


def _day(key: str) -> date | None:
    parts = key.split("/")
    try:
        return date.fromisoformat(parts[-2])
    except (IndexError, ValueError):
        return None
