"""How does a unit of the store go, so that at no moment half of it looks whole?

First what makes it findable (the pointer, the manifest), then its files, the marks last. Killed in
between, the next removal goes on where this one ended; a publisher that comes meanwhile either
waits or is seen (see `modelbundle.retention_marks`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from modelbundle.retention_marks import REMOVAL, begin_removal, mark_unreferenced, unmark
from modelbundle.store import Store
from trainer.datasets.dataset_manifest import MANIFEST, dataset_folder, read_manifest
from trainer.datasets.versions import content_key, content_leads_to
from trainer.pod.exits import UserFault
from trainer.retention.units import Kind, Unit

Clock = Callable[[], datetime]


def remove_unit(store: Store, unit: Unit, clock: Clock) -> bool:
    """True: nothing is left of the marked unit. False: somebody uses it again, and it stays, or
    what was left of it stays for them to complete.
    """
    began = clock()
    if not begin_removal(store, unit.folder, began):
        return False
    for key in _keys(store, unit):
        if clock() - began > REMOVAL / 2:
            began = clock()
            if not begin_removal(store, unit.folder, began):
                return False
        store.delete(key)
    unmark(store, unit.folder)
    return True


def erase_version(store: Store, digest: str, clock: Clock) -> bool:
    """True: nothing is left of the data version, whatever refers to it. False: it is being
    published at this moment.
    """
    unit = Unit(Kind.DATASET, dataset_folder(digest))
    mark_unreferenced(store, unit.folder, clock())
    return remove_unit(store, unit, clock)


def _keys(store: Store, unit: Unit) -> Iterator[str]:
    """Yield what is to be deleted, in this order."""
    if unit.kind is Kind.DATASET:
        yield from _pointer(store, f"sha256:{unit.name}")
    manifest = f"{unit.folder}/{MANIFEST}"
    if unit.kind in {Kind.DATASET, Kind.MODEL}:
        yield manifest
    for entry in store.walk(unit.folder):
        if entry.key != manifest:
            yield entry.key


def _pointer(store: Store, digest: str) -> Iterator[str]:
    """Yield the key of the pointer that leads to the version, where there is one."""
    try:
        manifest = read_manifest(store, digest)
    except UserFault:
        return  # never complete, damaged, or removed in part: a pointer to it is not followed
    if content_leads_to(store, manifest) == digest:
        yield content_key(manifest)
