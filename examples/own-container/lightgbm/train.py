"""Trains LightGBM in a container of one's own and leaves an ONNX model.

It stops by rows that it holds back itself, weighs the rarer class by what missing it costs, and
reports that cost: a metric that a gate of the TrainingJob can ask for.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType

DATA = Path(os.environ["TRAINYARD_DATA"])
OUTPUT = Path(os.environ["TRAINYARD_OUTPUT"])
TARGET = os.environ["TRAINYARD_TARGET"]
SEED = int(os.environ["TRAINYARD_SEED"])
# Each variable of spec.container.env is there under its own name, too.
TREES = int(os.environ.get("TREES", "300"))
COST_OF_A_MISS = float(os.environ.get("COST_OF_A_MISS", "5"))


def features() -> list[str]:
    """The columns that a request will carry, in this order."""
    columns = json.loads((DATA / "columns.json").read_text())["columns"]
    found = [column for column in columns if column["role"] == "Feature"]
    texts = [column["name"] for column in found if column["kind"] == "Category"]
    if texts:
        print(f"this example takes numbers; give {', '.join(texts)} the role Ignore in the Dataset")
        raise SystemExit(10)  # trying again would not help
    return [column["name"] for column in found]


def write_code() -> None:
    """The version will say of which code this image was built, if the build was told."""
    revision = os.environ.get("CODE_REVISION", "")
    if revision:
        source, dirty = os.environ.get("CODE_SOURCE", ""), os.environ.get("CODE_DIRTY") == "1"
        code = {"revision": revision, "source": source, "dirty": dirty}
        (OUTPUT / "code.json").write_text(json.dumps(code))


def fitted(numbers: np.ndarray, labels: np.ndarray, held: np.ndarray) -> lightgbm.LGBMClassifier:
    """The classifier that stopped by the rows that are held back."""
    rare = rarer_class(labels)
    model = lightgbm.LGBMClassifier(
        n_estimators=TREES,
        class_weight={label: COST_OF_A_MISS if label == rare else 1 for label in np.unique(labels)},
        random_state=SEED,
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )
    stop = lightgbm.early_stopping(20, verbose=False)
    known = {label: number for number, label in enumerate(np.unique(labels))}
    judges = np.array([known[label] for label in labels[held]])
    model.fit(
        numbers[~held], labels[~held], eval_X=(numbers[held],), eval_y=(judges,), callbacks=[stop]
    )
    return model


def rarer_class(labels: np.ndarray) -> object:
    """The class of the fewest rows."""
    return min(np.unique(labels), key=lambda label: np.sum(labels == label))


def held_back(count: int) -> np.ndarray:
    """True for every fifth row or so, the same ones for a seed."""
    return np.random.default_rng(SEED).random(count) < 0.2


def main() -> None:
    """Fit, and write model.onnx and metrics.json."""
    write_code()
    names = features()
    table = pd.read_parquet(DATA / "train.parquet")
    # Servers hand numbers on with 32 bits: train on what the model will be asked.
    numbers = table[names].to_numpy(dtype=np.float32)
    labels = table[TARGET].to_numpy()
    rare, held = rarer_class(labels), held_back(len(table))
    model = fitted(numbers, labels, held)
    told = model.predict(numbers[held])
    missed = np.mean((labels[held] == rare) & (told != rare)) * COST_OF_A_MISS
    alarmed = np.mean((labels[held] != rare) & (told == rare))
    shape = FloatTensorType([None, len(names)])
    onnx = convert_lightgbm(model, initial_types=[("input", shape)], zipmap=False, name="model")
    (OUTPUT / "model.onnx").write_bytes(onnx.SerializeToString())
    (OUTPUT / "metrics.json").write_text(json.dumps({"cost_per_case": missed + alarmed}))
    print(f"{model.best_iteration_} trees, {missed + alarmed:.3f} per case on rows held back")


if __name__ == "__main__":
    main()
