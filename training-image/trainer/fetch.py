"""How do data, questions, answers and models get into the volumes of a training pod?

User code sees `data` and `questions`; the answers lie in a volume that only `publish` mounts.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from modelbundle import publishing
from modelbundle.faults import BundleFault
from modelbundle.store import Store
from trainer.datasets.columns import Columns, columns_of, write_columns
from trainer.datasets.dataset_manifest import DatasetFile, DatasetManifest, download, read_manifest
from trainer.datasets.tables import TEST_NAME, TRAIN_NAME, rewrite
from trainer.pod.environment import CHAMPION_FAULT_NAME, Environment
from trainer.pod.exits import Exit, Reason, UserFault
from trainer.pod.result import Result
from trainer.pod.storing import fetch_bundle, open_environment_store, store_faults
from trainer.recipes.importing import fetch_import
from trainer.tasks.train_task import TrainTask


def run(task: TrainTask, environment: Environment) -> Result:
    """The volumes hold the verified dataset and whatever models the task names.

    A champion that is not there or damaged is noted for `predict`; it does not end the run.
    Raises UserFault: DatasetNotFound, DatasetCorrupt, BundleNotFound, BundleCorrupt, and those of
    an import; MachineFault when the store is away.
    """
    store = open_environment_store(environment)
    if task.dataset is not None:
        _fetch_dataset(store, task.dataset.digest, task.target, environment)
    if task.champion is not None:
        _fetch_champion(store, task.champion.digest, environment.champion)
    if task.candidate is not None:
        fetch_bundle(store, task.candidate.digest, environment.output)
    elif task.recipe is not None and task.recipe.import_ is not None:
        fetch_import(task.recipe, task.recipe.import_, store, environment)
    return Result({}, Exit.DONE)


def _fetch_dataset(store: Store, digest: str, target: str, environment: Environment) -> None:
    manifest = read_manifest(store, digest)
    if manifest.target != target:
        raise UserFault(
            Reason.TASK_UNREADABLE,
            f"the task predicts {target}, but the dataset's target is {manifest.target}",
        )
    _write_dataset(store, digest, manifest, environment)


def _write_dataset(
    store: Store, digest: str, manifest: DatasetManifest, environment: Environment
) -> None:
    columns = columns_of(manifest)
    for folder in (environment.data, environment.questions, environment.answers):
        folder.mkdir(parents=True, exist_ok=True)
    train = _downloaded(store, digest, manifest.parts("train"), environment.data / ".parts")
    rewrite(train, [(environment.data / TRAIN_NAME, [c.name for c in columns.members])])
    shutil.rmtree(environment.data / ".parts")
    # Parts of the test rows hold the target: they must never lie in a volume of user code.
    test = _downloaded(store, digest, manifest.parts("test"), environment.answers / ".parts")
    rewrite(test, _test_files(columns, environment))
    shutil.rmtree(environment.answers / ".parts")
    write_columns(columns, environment.data)


def _test_files(
    columns: Columns, environment: Environment
) -> tuple[tuple[Path, tuple[str, ...]], ...]:
    questions = tuple(feature.name for feature in columns.features)
    return (
        (environment.questions / TEST_NAME, questions),
        (environment.answers / TEST_NAME, columns.graded),
    )


def _downloaded(
    store: Store, digest: str, files: tuple[DatasetFile, ...], folder: Path
) -> tuple[Path, ...]:
    if not files:
        raise UserFault(
            Reason.DATASET_CORRUPT,
            f"dataset {digest} has no {folder.parent.name} rows; ingest it again with a split that"
            " leaves rows in both parts",
        )
    paths = []
    for file in files:
        path = folder / Path(file.path).name
        download(store, digest, file, path)
        paths.append(path)
    return tuple(paths)


def _fetch_champion(store: Store, digest: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with store_faults():
            publishing.fetch(store, digest, folder)
    except BundleFault as fault:
        note = json.dumps({"error": str(fault)})
        (folder / CHAMPION_FAULT_NAME).write_text(note, encoding="utf-8")
