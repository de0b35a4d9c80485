"""How does a part that was scored get into the store, whole or not at all?

Here are the credentials, so no model is loaded here: only files are copied.
"""

from __future__ import annotations

from pathlib import Path

from modelbundle.canonical import canonical_json
from modelbundle.store import Store
from trainer.batch.parts import (
    part_of,
    predictions_key,
    receipt_key,
    set_aside_key,
    stored_receipt,
    write_manifest,
)
from trainer.batch.staged import (
    PREDICTIONS_NAME,
    SET_ASIDE_NAME,
    read_counts,
    read_receipt,
)
from trainer.pod.environment import Environment
from trainer.pod.result import Document, Result
from trainer.pod.storing import open_environment_store, store_faults
from trainer.tasks.batch_task import BatchTask


def run(task: BatchTask, environment: Environment) -> Result:
    """The part is in the store: its files first, its receipt last and once; the counts are told.

    A part that was there before stays as it is.
    """
    part = part_of(task, environment.variables)
    store = open_environment_store(environment)
    receipt = read_receipt(environment.input)
    if receipt is None:
        receipt = _published(store, task, part, environment.predictions)
    write_manifest(store, task)
    told = {key: receipt[key] for key in ("rows", "scored", "setAside", "examples")}
    return Result({"verb": "stage-out", "outcome": "Scored", "part": part, **told})


def _published(store: Store, task: BatchTask, part: int, folder: Path) -> Document:
    receipt = {"version": 1, "bundle": task.bundle, **read_counts(folder)}
    with store_faults():
        store.upload(predictions_key(task, part), folder / PREDICTIONS_NAME)
        if receipt["setAside"]:
            store.upload(set_aside_key(task, part), folder / SET_ASIDE_NAME)
        if store.write_once(receipt_key(task, part), canonical_json(receipt)):
            return receipt
    return stored_receipt(store, task, part) or receipt
