"""How is something erased that is to be forgotten: a data version, or rows of requests?"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from modelbundle.faults import StoreBusy
from modelbundle.store import Store
from trainer.captures.capture_part import MOST_SECONDS
from trainer.datasets.dataset_manifest import dataset_folder
from trainer.pod.environment import Environment
from trainer.pod.result import Result
from trainer.pod.storing import open_environment_store, store_faults
from trainer.retention.erased_rows import erase_rows
from trainer.retention.removal import erase_version
from trainer.tasks.retention_task import EraseTask

OPEN_SECONDS = 2 * MOST_SECONDS
"""A part that was written longer ago is not written again."""


def run(task: EraseTask, environment: Environment) -> Result:
    """What the task names is gone, or, in a dry run, counted. Raises the store's faults."""
    store = open_environment_store(environment)
    with store_faults():
        if task.dataset is not None:
            found = _version(store, task.dataset, dry_run=task.dry_run)
        else:
            found = rows_of_requests(store, task, time.sleep)
    outcome = "Planned" if task.dry_run else "Erased"
    return Result({"verb": "erase", "outcome": outcome, **found})


def _version(store: Store, digest: str, *, dry_run: bool) -> dict[str, Any]:
    entries = store.list(dataset_folder(digest))
    if not dry_run and not erase_version(store, digest, lambda: datetime.now(UTC)):
        raise StoreBusy(f"{digest} is being published at this moment: erase it again")
    return {
        "dataset": digest,
        "objects": len(entries),
        "bytes": sum(entry.size for entry in entries),
    }


def rows_of_requests(
    store: Store, task: EraseTask, sleep: Callable[[float], None]
) -> dict[str, Any]:
    """The counts. What a collector may still write again is looked at once more when it is over."""
    began = datetime.now(UTC)
    found = erase_rows(store, task.request_ids, dry_run=task.dry_run)
    opened = timedelta(seconds=OPEN_SECONDS)
    if not task.dry_run and found.youngest is not None and found.youngest > began - opened:
        sleep(OPEN_SECONDS)
        again = erase_rows(store, task.request_ids, dry_run=False, since=began - opened)
        found.labelled |= again.labelled
    return {"rows": found.rows, "parts": found.parts, "labelled": sorted(found.labelled)}
