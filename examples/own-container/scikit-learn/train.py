"""Trains scikit-learn behind transformers of one's own and leaves an ONNX model.

`own_steps.py` has the transformers and their conversion; this file is the pipeline.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
from own_steps import OPSET, Capped, Ratios
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline

DATA = Path(os.environ["TRAINYARD_DATA"])
OUTPUT = Path(os.environ["TRAINYARD_OUTPUT"])
TARGET = os.environ["TRAINYARD_TARGET"]
SEED = int(os.environ["TRAINYARD_SEED"])
# Each variable of spec.container.env is there under its own name, too.
TREES = int(os.environ.get("TREES", "100"))
# "radius/texture,radius/area": columns whose ratio says more than each of them.
RATIOS = [pair.split("/") for pair in os.environ.get("RATIOS", "").split(",") if pair]


def features() -> list[str]:
    """The columns that a request will carry, in this order."""
    columns = json.loads((DATA / "columns.json").read_text())["columns"]
    found = [column for column in columns if column["role"] == "Feature"]
    texts = [column["name"] for column in found if column["kind"] == "Category"]
    names = [column["name"] for column in found]
    foreign = [name for pair in RATIOS for name in pair if name not in names]
    if texts:
        print(f"this example takes numbers; give {', '.join(texts)} the role Ignore in the Dataset")
    if foreign:
        print(f"RATIOS names {foreign[0]}, but the features are {', '.join(names)}")
    if texts or foreign:
        raise SystemExit(10)  # trying again would not help
    return names


def fitted(numbers: np.ndarray, labels: np.ndarray, names: list[str]) -> Pipeline:
    """Missing values are filled, numbers capped, ratios added; a forest decides."""
    pairs = tuple((names.index(above), names.index(below)) for above, below in RATIOS)
    steps = [SimpleImputer(strategy="median"), Capped(percent=1.0)]
    forest = RandomForestClassifier(n_estimators=TREES, min_samples_leaf=2, random_state=SEED)
    model = make_pipeline(*steps, *([Ratios(pairs)] if pairs else []), forest)
    return model.fit(numbers, labels)


def main() -> None:
    """Fit, and write model.onnx."""
    names = features()
    table = pd.read_parquet(DATA / "train.parquet")
    # Servers hand numbers on with 32 bits: train on what the model will be asked.
    numbers = table[names].to_numpy(dtype=np.float32)
    model = fitted(numbers, table[TARGET].to_numpy(), names)
    shape = [("input", FloatTensorType([None, len(names)]))]
    plain = {id(model[-1]): {"zipmap": False}}  # probabilities as a matrix
    onnx = to_onnx(model, initial_types=shape, options=plain, target_opset=OPSET, name="model")
    (OUTPUT / "model.onnx").write_bytes(onnx.SerializeToString())
    print(f"{TREES} trees on {len(table)} rows, {len(names)} columns and {len(RATIOS)} ratios")


if __name__ == "__main__":
    main()
