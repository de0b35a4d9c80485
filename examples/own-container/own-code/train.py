"""Trains scikit-learn behind a transformer of one's own and leaves a pickle and its code.

`rare_rows.py` has the transformer; this file is the pipeline, and stays in this image. A class that
stood here could not be found by whoever loads the model.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import rare_rows
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

DATA = Path(os.environ["TRAINYARD_DATA"])
OUTPUT = Path(os.environ["TRAINYARD_OUTPUT"])
TARGET = os.environ["TRAINYARD_TARGET"]
SEED = int(os.environ["TRAINYARD_SEED"])
# Each variable of spec.container.env is there under its own name, too.
NEIGHBOURS = int(os.environ.get("NEIGHBOURS", "5"))


def features() -> list[str]:
    """The columns that a request will carry, in this order."""
    columns = json.loads((DATA / "columns.json").read_text())["columns"]
    found = [column for column in columns if column["role"] == "Feature"]
    texts = [column["name"] for column in found if column["kind"] == "Category"]
    if texts:
        print(f"this example takes numbers; give {', '.join(texts)} the role Ignore in the Dataset")
        raise SystemExit(10)  # trying again would not help
    return [column["name"] for column in found]


def fitted(numbers: pd.DataFrame, labels: np.ndarray) -> Pipeline:
    """Missing values are filled, numbers scaled, rare rows marked; a forest decides."""
    steps = [SimpleImputer(strategy="median"), StandardScaler(), rare_rows.RareRows(NEIGHBOURS)]
    forest = RandomForestClassifier(n_estimators=100, min_samples_leaf=2, random_state=SEED)
    return make_pipeline(*steps, forest).fit(numbers, labels)


def main() -> None:
    """Fit, and write model.joblib and code/rare_rows.py."""
    names = features()
    table = pd.read_parquet(DATA / "train.parquet")
    # Whoever loads a pickle hands on numbers with 64 bits, in a table with the columns' names.
    model = fitted(table[names].astype(np.float64), table[TARGET].to_numpy())
    joblib.dump(model, OUTPUT / "model.joblib")
    (OUTPUT / "code").mkdir(exist_ok=True)
    shutil.copy(rare_rows.__file__, OUTPUT / "code")
    print(f"{len(table)} rows, {len(names)} columns, and the distance to {NEIGHBOURS} neighbours")


if __name__ == "__main__":
    main()
