"""How do those who publish and those who remove keep out of each other's way in a store?

    retention/unreferenced/<folder>.json   since when nothing refers to the folder
    retention/removing/<folder>.json       until when somebody may be removing it

Each side writes before it looks. Who publishes takes the first mark away and then looks for the
second; who removes sets the second and then looks whether the first is still there. So at least
one of two who meet sees the other, and lets it go first.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from modelbundle.canonical import canonical_json
from modelbundle.faults import StoreBusy, StoreNotFound

if TYPE_CHECKING:
    from modelbundle.store import Store

ROOT = "retention"
REMOVAL = timedelta(minutes=5)
"""So long a removal counts as under way; one that takes longer says so anew."""


def claim(store: Store, folder: str) -> None:
    """Nobody removes what is now published below the folder, or found there and used.

    Raises StoreBusy while somebody is removing it: what is there may go in a moment.
    """
    if store.exists(_unreferenced(folder)):
        store.delete(_unreferenced(folder))
    until = _moment(store, _removing(folder), "until")
    if until is not None and datetime.now(UTC) < until:
        raise StoreBusy(f"{store!r}: {folder} is being removed; try again in a few minutes")


def mark_unreferenced(store: Store, folder: str, now: datetime) -> None:
    """Nothing refers to the folder since now."""
    store.write(_unreferenced(folder), canonical_json({"since": now.isoformat()}))


def unmark(store: Store, folder: str) -> None:
    """No mark of the folder is left."""
    store.delete(_unreferenced(folder))
    store.delete(_removing(folder))


def marked_folders(store: Store) -> frozenset[str]:
    """The folders to which nothing refers, as far as marks say it."""
    root = f"{ROOT}/unreferenced/"
    keys = (entry.key for entry in store.walk(root.rstrip("/")))
    return frozenset(key.removeprefix(root).removesuffix(".json") for key in keys)


def unreferenced_since(store: Store, folder: str) -> datetime | None:
    """Since when nothing refers to the folder, as far as a mark says it."""
    return _moment(store, _unreferenced(folder), "since")


def begin_removal(store: Store, folder: str, now: datetime) -> bool:
    """True: the folder may be removed for `REMOVAL` from now. False: somebody uses it again."""
    store.write(_removing(folder), canonical_json({"until": (now + REMOVAL).isoformat()}))
    if unreferenced_since(store, folder) is not None:
        return True
    store.delete(_removing(folder))
    return False


def _unreferenced(folder: str) -> str:
    return f"{ROOT}/unreferenced/{folder}.json"


def _removing(folder: str) -> str:
    return f"{ROOT}/removing/{folder}.json"


def _moment(store: Store, key: str, name: str) -> datetime | None:
    """A mark that cannot be read is none: nothing is removed for it."""
    try:
        return datetime.fromisoformat(json.loads(store.read(key))[name])
    except (StoreNotFound, ValueError, KeyError, TypeError):
        return None
