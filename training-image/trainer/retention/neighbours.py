"""Is the same part of the store swept for another namespace, too?

    retention/swept-for/<uid>.json   a namespace, by its uid, for which it is swept

Two clusters that share a store and the name of an installation have one part in common for
namespaces of one name. Neither knows what objects of the other one refer to, so both would remove
what the other needs. Each writes before it looks, so at least one of two that meet sees the other.
"""

from __future__ import annotations

from modelbundle.canonical import canonical_json
from modelbundle.retention_marks import ROOT
from modelbundle.store import Store
from trainer.pod.exits import Reason, UserFault
from trainer.tasks.retention_task import SweepTask

_FOLDER = f"{ROOT}/swept-for"


def refuse_neighbours(store: Store, task: SweepTask) -> None:
    """The store knows for which namespace it is swept; a dry run only looks.

    Raises UserFault SweptForAnother when that is not the only one.
    """
    if not task.namespace_uid:
        return
    own = f"{_FOLDER}/{task.namespace_uid}.json"
    if not task.dry_run and not store.exists(own):
        store.write(own, canonical_json({"since": task.now.isoformat()}))
    others = sorted(entry.key for entry in store.walk(_FOLDER) if entry.key != own)
    if others:
        raise UserFault(
            Reason.SWEPT_FOR_ANOTHER,
            f"{store!r} is swept for another namespace, too, says {others[0]}: two clusters share"
            " the store and the name of the installation, and neither knows what the other needs;"
            " give one of them another name, or delete that file if its namespace is gone",
        )
