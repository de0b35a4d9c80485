"""What does a participant need before the first round? Its rows, and a key of its own."""

from __future__ import annotations

import shutil

from trainer.datasets.columns import columns_of, write_columns
from trainer.datasets.dataset_manifest import download, read_manifest
from trainer.datasets.tables import TRAIN_NAME, rewrite
from trainer.federated.credentials import CERTIFICATE_NAME, write_node_key
from trainer.pod.environment import Environment
from trainer.pod.exits import Reason, UserFault
from trainer.pod.result import Result
from trainer.pod.storing import open_environment_store
from trainer.tasks.federation import ParticipateTask


def run(task: ParticipateTask, environment: Environment) -> Result:
    """The volume `data` holds the rows to train on, `keys` what the SuperNode needs; the result has
    the public key.

    Raises UserFault: DatasetNotFound, DatasetCorrupt; MachineFault when the store is away.
    """
    store = open_environment_store(environment)
    manifest = read_manifest(store, task.dataset)
    if manifest.target != task.target:
        raise UserFault(
            Reason.DATASET_CORRUPT,
            f"the run predicts {task.target}, but the target of {task.participant} is"
            f" {manifest.target}",
        )
    columns = columns_of(manifest)
    parts = environment.data / ".parts"
    parts.mkdir(parents=True, exist_ok=True)
    paths = []
    for file in manifest.parts("train"):
        path = parts / file.path.rsplit("/", 1)[-1]
        download(store, task.dataset, file, path)
        paths.append(path)
    rewrite(paths, [(environment.data / TRAIN_NAME, [c.name for c in columns.members])])
    shutil.rmtree(parts)
    write_columns(columns, environment.data)
    environment.keys.mkdir(parents=True, exist_ok=True)
    (environment.keys / CERTIFICATE_NAME).write_text(task.certificate, encoding="utf-8")
    key = write_node_key(environment.keys)
    return Result({"verb": "enrol", "outcome": "Succeeded", "publicKey": key})
