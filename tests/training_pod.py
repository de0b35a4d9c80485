"""A training pod without a cluster: volumes are folders, containers are calls or processes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn import datasets

from modelbundle.canonical import digest_of, hex_of
from trainer.__main__ import main
from trainer.datasets.dataset_manifest import DatasetColumn, DatasetFile, DatasetManifest
from trainer.tasks.ingest_task import ColumnType, Role
from trainyard.jobs.result_message import read_document

ROOT = Path(__file__).parents[1]
RESULT = "runs/uid-1/run-1/result.json"
VERBS = ("fetch", "train", "predict", "publish")
RECIPE_DIGEST = digest_of(b"a recipe")
NO_DIGEST = digest_of(b"nothing has this digest")

_TYPES = {
    "Float": (ColumnType.FLOAT, pa.float64()),
    "Integer": (ColumnType.INTEGER, pa.int64()),
    "Boolean": (ColumnType.BOOLEAN, pa.bool_()),
    "Category": (ColumnType.CATEGORY, pa.string()),
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a container ended: exit code and termination message."""

    code: int
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pod:
    """One training pod over folders below `root`; the store is shared by all runs in it."""

    root: Path

    @property
    def mount(self) -> Path:
        """The pod's /trainyard."""
        return self.root / "trainyard"

    @property
    def store(self) -> Path:
        """The folder that TRAINYARD_STORE_URL names."""
        return self.root / "store"

    def variables(self, task: Mapping[str, Any]) -> dict[str, str]:
        """The environment of every container."""
        return {
            "TRAINYARD_MOUNT": str(self.mount),
            "TRAINYARD_TERMINATION_LOG": str(self.root / "termination-log"),
            "TRAINYARD_STORE_URL": f"file://{self.store}",
            "TRAINYARD_RESULT": RESULT,
            "TRAINYARD_TASK": json.dumps(task),
        }

    def run(self, verb: str, task: Mapping[str, Any]) -> Ended:
        """The verb, in this process."""
        code = main([verb], self._ready(task))
        return Ended(code, self._message())

    def run_process(self, verb: str, task: Mapping[str, Any]) -> Ended:
        """The verb as the container runs it: a process of its own."""
        path = os.pathsep.join(str(ROOT / part) for part in ("training-image", "serving-image"))
        environment = {**os.environ, "PYTHONPATH": path, **self._ready(task)}
        command = [sys.executable, "-m", "trainer", verb]
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        assert "Traceback" not in done.stderr, done.stderr
        return Ended(done.returncode, self._message())

    def run_all(self, task: Mapping[str, Any], verbs: Sequence[str] = VERBS) -> Ended:
        """All verbs in order, up to the first that fails; the volumes are fresh."""
        self.empty()
        ended = Ended(0, {})
        for verb in verbs:
            ended = self.run(verb, task)
            if ended.code:
                break
        return ended

    def empty(self) -> None:
        """Nothing is in the volumes, as when a pod starts; the store stays."""
        subprocess.run(["rm", "-rf", str(self.mount)], check=True)

    def bundle(self, digest: str) -> Path:
        """Where the store holds a bundle."""
        return self.store / "models" / "sha256" / hex_of(digest)

    def _ready(self, task: Mapping[str, Any]) -> dict[str, str]:
        for name in ("data", "questions", "answers", "champion", "output", "predictions"):
            (self.mount / name).mkdir(parents=True, exist_ok=True)
        (self.root / "termination-log").unlink(missing_ok=True)
        return self.variables(task)

    def _message(self) -> dict[str, Any]:
        path = self.root / "termination-log"
        if not path.exists():
            return {}
        message = path.read_text(encoding="utf-8")
        assert len(message.encode()) <= 4096
        return dict(read_document(message) or {})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for a dataset version; `kinds` by column, roles where they are not Feature."""

    frame: pd.DataFrame
    target: str
    kinds: Mapping[str, str]
    roles: Mapping[str, str]


def store_dataset(store: Path, table: Table, test_share: float = 0.25) -> str:
    """The digest; the store holds the version as ingest would. The last rows are the test part."""
    split = round(len(table.frame) * (1 - test_share))
    parts = {"train": table.frame.iloc[:split], "test": table.frame.iloc[split:]}
    contents = {f"{name}/part-00000.parquet": _parquet(part, table) for name, part in parts.items()}
    rows = {f"{name}/part-00000.parquet": len(part) for name, part in parts.items()}
    manifest = DatasetManifest(
        content_digest=digest_of(b"".join(contents.values())),
        schema_digest=digest_of(b"schema"),
        columns=tuple(_column(name, table) for name in table.frame.columns),
        target=table.target,
        split={"by": "RowHash", "seed": 0, "testPercent": "25"},
        files=tuple(
            DatasetFile(path, len(content), hashlib.sha256(content).hexdigest(), rows[path])
            for path, content in sorted(contents.items())
        ),
        rows=len(table.frame),
        train_rows=len(parts["train"]),
        test_rows=len(parts["test"]),
    )
    folder = store / "datasets" / "sha256" / hex_of(manifest.digest)
    for path, content in [*contents.items(), ("manifest.json", manifest.content)]:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return manifest.digest


def _column(name: str, table: Table) -> DatasetColumn:
    kind = table.kinds[name]
    role = Role.TARGET if name == table.target else Role(table.roles.get(name, "Feature"))
    return DatasetColumn(name, _TYPES[kind][0], role, kind if role is Role.FEATURE else None)


def _parquet(frame: pd.DataFrame, table: Table) -> bytes:
    arrays = {
        name: pa.array(
            [None if pd.isna(value) else value for value in frame[name].tolist()],
            type=_TYPES[table.kinds[name]][1],
        )
        for name in frame.columns
    }
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays), sink)
    return bytes(sink.getvalue())


def tumours() -> Table:
    """Breast cancer, Wisconsin: 569 rows, 30 numbers, target M or B."""
    data = datasets.load_breast_cancer()
    frame = pd.DataFrame(data.data, columns=[name.replace(" ", "_") for name in data.feature_names])
    frame["diagnosis"] = ["B" if number else "M" for number in data.target]
    kinds = dict.fromkeys(frame.columns, "Float") | {"diagnosis": "Category"}
    return Table(frame, "diagnosis", kinds, {})


def wines() -> Table:
    """Wine recognition: 178 rows shuffled, 13 numbers, three classes as integers."""
    data = datasets.load_wine()
    frame = pd.DataFrame(
        data.data, columns=[name.replace("/", " over ") for name in data.feature_names]
    )
    frame["cultivar"] = data.target
    frame = frame.sample(frac=1, random_state=0).reset_index(drop=True)
    kinds = dict.fromkeys(frame.columns, "Float") | {"cultivar": "Integer"}
    return Table(frame, "cultivar", kinds, {})


def diabetes() -> Table:
    """Diabetes: 442 rows, 10 numbers, a number to predict."""
    data = datasets.load_diabetes()
    frame = pd.DataFrame(data.data, columns=data.feature_names)
    frame["progression"] = data.target
    return Table(frame, "progression", dict.fromkeys(frame.columns, "Float"), {})


def mixed(rows: int = 400) -> Table:
    """Wine recognition with texts, booleans, whole numbers, a weight, a slice and holes."""
    source = wines().frame
    source = source.loc[[number % len(source) for number in range(rows)]].reset_index(drop=True)
    colours = [["pale", "ruby", "deep"][int(value) % 3] for value in source["color_intensity"]]
    frame = pd.DataFrame(
        {
            "alcohol": source["alcohol"],
            "proline": source["proline"].astype("int64"),
            "strong": source["alcohol"] > 13,
            "colour": colours,
            "weight": [1.0 + number % 3 for number in range(rows)],
            "region": [["north", "south"][number % 2] for number in range(rows)],
            "cultivar": [f"c{number}" for number in source["cultivar"]],
        }
    ).astype(object)
    for position, name in enumerate(("alcohol", "proline", "strong", "colour")):
        frame.loc[[number for number in range(rows) if number % 17 == position], name] = None
    kinds = {
        "alcohol": "Float",
        "proline": "Integer",
        "strong": "Boolean",
        "colour": "Category",
        "weight": "Float",
        "region": "Category",
        "cultivar": "Category",
    }
    return Table(frame, "cultivar", kinds, {"weight": "Weight", "region": "Slice"})


def train_task(dataset: str, target: str, recipe: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A task document; `more` are its other fields. Without recipe `candidate` is one."""
    return {
        "version": 1,
        "run": "run-1",
        "dataset": {"digest": dataset},
        "target": target,
        **({"recipe": dict(recipe)} if recipe else {}),
        "recipeDigest": RECIPE_DIGEST,
        "seed": 7,
        **more,
    }


def estimator(path: str, mode: str = "Auto", **parameters: Any) -> dict[str, Any]:
    """A recipe with a built-in estimator; its class is named below `sklearn.`."""
    preprocessing = {"mode": mode}
    described = {"class": f"sklearn.{path}", "parameters": parameters}
    return {"estimator": {**described, "preprocessing": preprocessing}}
