"""MLCommons' own reader checks our descriptions and reads our rows by them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from ingests import Rig, csv_of, plain_rows

from benchmarks.serving.locked_environments import locked, python_of_locked
from modelbundle.canonical import file_sha256
from trainer.datasets.croissant import CROISSANT, croissant
from trainer.datasets.dataset_manifest import DatasetFile, DatasetManifest, dataset_folder

READER = """
import json, logging, sys
import mlcroissant
dataset = mlcroissant.Dataset(jsonld=sys.argv[1])
found = {
    part: [
        {name: value.decode() if isinstance(value, bytes) else str(value)
         for name, value in row.items()}
        for row in dataset.records(part)
    ]
    for part in ("train", "test")
}
print(json.dumps(found))
"""
COLUMNS = [
    {"name": "a", "type": "Float"},
    {"name": "at", "type": "Timestamp", "role": "Time"},
    {"name": "b", "type": "Boolean"},
    {"name": "n", "type": "Integer"},
    {"name": "größe, in m/s", "type": "Category"},
    {"name": "y", "type": "Category"},
]
IDS = {column["name"]: column["name"] for column in COLUMNS} | {
    "größe, in m/s": "größe~2c~20in~20m~2fs"
}


@pytest.fixture(scope="module")
def reader() -> Path:
    """The interpreter of an environment that has it."""
    return python_of_locked(locked("mlcroissant"))


def _rows(reader: Path, folder: Path) -> dict[str, list[dict[str, str]]]:
    command = [str(reader), "-W", "ignore", "-c", READER, CROISSANT]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr[-2000:]
    found: dict[str, list[dict[str, str]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _version(rig: Rig) -> DatasetManifest:
    rows = [
        {"a": row["a"], "at": f"2026-01-{1 + n % 28:02}T00:00:00Z", "b": str(n % 2 == 0).lower()}
        | {"n": row["n"], "größe, in m/s": f'"{row["site"]}, ja"', "y": row["y"]}
        for n, row in enumerate(plain_rows(60))
    ]
    rig.put("t.csv", csv_of(rows).replace("größe, in m/s", '"größe, in m/s"'))
    return rig.manifest(rig.ingest(columns=COLUMNS)["digest"])


def test_rows_are_read_by_the_description(rig: Rig, reader: Path) -> None:
    """Every column under its name, and as many rows as each part has."""
    manifest = _version(rig)
    found = _rows(reader, rig.folder / "store" / dataset_folder(manifest.digest))
    for part in ("train", "test"):
        table = rig.table(manifest.digest, part)
        assert {f"{part}/{name}" for name in IDS.values()} == found[part][0].keys()
        for name, key in IDS.items():
            if name != "at":
                expected = [str(value) for value in table.column(name).to_pylist()]
                assert expected == [row[f"{part}/{key}"] for row in found[part]]


def test_several_files_of_a_part_are_read_as_one(rig: Rig, reader: Path) -> None:
    """Rows of all of them."""
    manifest = _version(rig)
    folder = rig.folder / "store" / dataset_folder(manifest.digest)
    (first,) = manifest.parts("train")
    table = pq.read_table(folder / first.path)
    second = folder / "train" / "part-00001.parquet"
    pq.write_table(table.slice(0, 5), second)
    size, sha256 = file_sha256(second)
    given: dict[str, Any] = {n: getattr(manifest, n) for n in DatasetManifest.__dataclass_fields__}
    given["files"] = (*manifest.files, DatasetFile("train/part-00001.parquet", size, sha256, 5))
    (folder / CROISSANT).write_text(json.dumps(croissant("tumours", DatasetManifest(**given))))
    found = _rows(reader, folder)
    assert manifest.train_rows + 5 == len(found["train"])
    assert manifest.test_rows == len(found["test"])
