"""Which part of a batch prediction is this pod's, and is it in the store already?

    <output>/part-00003.parquet               the predictions of part 3
    <output>/_set-aside/part-00003.parquet    its rows that were not scored, and why; only if any
    <output>/_parts/part-00003.json           its receipt, written last and once: the part is whole
    <output>/_files.json                      the files of the run, written once by whoever is first
    <output>/_manifest.json                   written once when every part has its receipt

What begins with `_` is no data to those who read the folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelbundle.canonical import canonical_json
from modelbundle.faults import StoreNotFound
from modelbundle.store import Store
from trainer.pod.exits import Reason, UserFault
from trainer.pod.result import Document
from trainer.pod.storing import store_faults
from trainer.sources.source_file import SourceFile
from trainer.tasks.batch_task import BatchTask

INDEX = "JOB_COMPLETION_INDEX"
"""The variable by which Kubernetes tells a pod which completion it stands for."""
MANIFEST = "_manifest.json"
_COUNTS = ("rows", "scored", "setAside")


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of the run; `tag`: by what its owner knew it when the run began."""

    name: str
    tag: str | None


def part_of(task: BatchTask, variables: Mapping[str, str]) -> int:
    """The number of this pod's part. Raises UserFault TaskUnreadable outside of an Indexed Job."""
    index = variables.get(INDEX, "")
    if not index.isdigit() or int(index) >= task.parts:
        raise UserFault(
            Reason.TASK_UNREADABLE,
            f"the task has {task.parts} parts, and none for {INDEX}={index!r}",
        )
    return int(index)


def predictions_key(task: BatchTask, part: int) -> str:
    """Where the predictions of the part lie in the store."""
    return f"{task.output}/part-{part:05}.parquet"


def set_aside_key(task: BatchTask, part: int) -> str:
    """Where the rows of the part lie that were not scored."""
    return f"{task.output}/_set-aside/part-{part:05}.parquet"


def receipt_key(task: BatchTask, part: int) -> str:
    """Where the receipt of the part lies."""
    return f"{task.output}/_parts/part-{part:05}.json"


def stored_receipt(store: Store, task: BatchTask, part: int) -> Document | None:
    """The receipt of a part that is whole; None: it is not."""
    return _read(store, receipt_key(task, part))


def files_of_run(
    store: Store, task: BatchTask, found: Sequence[SourceFile]
) -> tuple[ListedFile, ...]:
    """The files of the run: as whoever asked first found them, so that all parts share one list."""
    key = f"{task.output}/_files.json"
    listed = [{"name": file.name, "tag": file.tag()} for file in found]
    with store_faults():
        store.write_once(key, canonical_json(listed))
        known = json.loads(store.read(key))
    return tuple(ListedFile(str(file["name"]), file["tag"]) for file in known)


def share_of(files: Sequence[ListedFile], part: int, parts: int) -> tuple[ListedFile, ...]:
    """The files of the part: every one belongs to exactly one part."""
    return tuple(files[part::parts])


def write_manifest(store: Store, task: BatchTask) -> None:
    """The manifest is there if every part is whole; until then whoever ends last writes it."""
    receipts = [stored_receipt(store, task, part) for part in range(task.parts)]
    whole = [receipt for receipt in receipts if receipt is not None]
    if len(whole) < task.parts:
        return
    document = {
        "version": 1,
        "run": task.run,
        "bundle": task.bundle,
        "parts": task.parts,
        **{name: sum(int(receipt[name]) for receipt in whole) for name in _COUNTS},
        "files": [file for receipt in whole for file in receipt["files"]],
    }
    with store_faults():
        store.write_once(f"{task.output}/{MANIFEST}", canonical_json(document))


def _read(store: Store, key: str) -> dict[str, Any] | None:
    try:
        with store_faults():
            found: dict[str, Any] = json.loads(store.read(key))
    except StoreNotFound:
        return None
    return found
