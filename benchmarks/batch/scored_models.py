"""Which models score, and which rows?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from modelbundle.example import example_of, typical_row
from modelbundle.manifest import Origin, libraries_of
from modelbundle.onnx_file import write_onnx
from modelbundle.packing import pack
from modelbundle.publishing import publish
from modelbundle.reference_profile import profile_of
from modelbundle.rows import frame_for_model, rows_of_frame
from modelbundle.signature import Feature, Kind, Signature, Task
from modelbundle.sklearn_runtime import SklearnRuntime
from modelbundle.skops_file import write_skops
from modelbundle.store import open_store
from trainer.models.conversion import onnx_model

NAMES = tuple(f"f{number}" for number in range(12))
_TRAIN_ROWS, _GROUP_ROWS = 20_000, 250_000
_ORIGIN = Origin("y", f"sha256:{'a' * 64}", f"sha256:{'b' * 64}", libraries_of({}))

MODELS: Mapping[str, Callable[[], Any]] = {
    "forest": lambda: RandomForestClassifier(100, max_depth=10, random_state=7),
    "boosting": lambda: HistGradientBoostingClassifier(max_iter=100, random_state=7),
}
"""A hundred trees each."""


@dataclass(frozen=True, slots=True)
class ScoredModel:
    """The same model as a bundle in a store, and as a pickle."""

    name: str
    digest: str
    store: Path
    pickle: Path


def scored_model(name: str, folder: Path) -> ScoredModel:
    """Fit it, and put it where each contender finds it."""
    random = np.random.default_rng(7)
    features = tuple(Feature(column, Kind.FLOAT) for column in NAMES)
    frame = frame_for_model(_frame(_TRAIN_ROWS, random), features)
    noise = random.normal(0, 0.5, len(frame))
    labels = np.where(frame["f0"] + frame["f1"] * frame["f2"] + noise > 0, "yes", "no")
    model = MODELS[name]().fit(frame, labels.astype(object))
    bundle = folder / f"{name}-bundle"
    bundle.mkdir()
    signature = Signature(Task.CLASSIFICATION, ("no", "yes"), features, probabilities=True)
    runtime, rows = SklearnRuntime(model, signature), rows_of_frame(frame, features)
    write_skops(model, bundle / "model.skops")
    write_onnx(onnx_model(model, signature, doubled=False), bundle / "model.onnx")
    predicted, typical = runtime.predict(rows), typical_row(rows, signature)
    (bundle / "profile.json").write_bytes(profile_of(rows, predicted, signature).content())
    example = example_of(typical, runtime.predict(typical), signature)
    (bundle / "example.json").write_bytes(example.content())
    digest = pack(bundle, signature, _ORIGIN)
    store = folder / f"{name}-store"
    publish(open_store(f"file://{store}"), bundle, digest)
    pickle = folder / f"{name}.joblib"
    joblib.dump(model, pickle)
    return ScoredModel(name, digest, store, pickle)


def write_rows(path: Path, rows: int) -> None:
    """The parquet file has so many rows, each with a number."""
    random = np.random.default_rng(11)
    writer: pq.ParquetWriter | None = None
    for start in range(0, rows, _GROUP_ROWS):
        frame = _frame(min(_GROUP_ROWS, rows - start), random)
        frame.insert(0, "id", np.arange(start, start + len(frame)))
        table = pa.Table.from_pandas(frame, preserve_index=False)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _frame(rows: int, random: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(random.normal(size=(rows, len(NAMES))), columns=list(NAMES))
