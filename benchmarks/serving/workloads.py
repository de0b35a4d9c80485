"""What is asked? One fitted model for everybody, and the rows of its test set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import serving_bundles as bundles

from benchmarks.serving.models import Model
from modelbundle.rows import frame_for_model

_TESTED = 3
"""Every third row is in the test set, the others in the training set."""


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """One fitted model as joblib and as bundle, its test set, and what scikit-learn says to it."""

    folder: Path
    digest: str
    table: pd.DataFrame
    labels: tuple[int, ...]
    probabilities: Any

    @property
    def joblib_folder(self) -> Path:
        """What a peer gets: model.joblib, width.txt; columns.json when rows are no plain matrix."""
        return self.folder / "peer"

    def batches(self, rows: int) -> Iterator[tuple[slice, pd.DataFrame]]:
        """The test set in parts of so many rows; the last may be shorter."""
        for start in range(0, len(self.table), rows):
            part = slice(start, min(start + rows, len(self.table)))
            yield part, self.table.iloc[part]


def is_matrix(table: pd.DataFrame) -> bool:
    """True when every column is a number, so that the table can be sent as one tensor."""
    return all(dtype.kind == "f" for dtype in table.dtypes)


def made(model: Model, folder: Path) -> Workload:
    """The workload, trained and packed in the folder."""
    data = model.data()
    tested = np.arange(len(data.frame)) % _TESTED == 0
    training = replace(
        data, frame=data.frame[~tested].reset_index(drop=True), target=data.target[~tested]
    )
    sample = bundles.packed(folder / "bundle", model.estimator(), training, model.formats)
    table = frame_for_model(data.frame[tested].reset_index(drop=True), data.features)
    labels = sample.model.predict(table)
    peer = folder / "peer"
    peer.mkdir()
    _for_peers(sample, training.target, model, peer)
    workload = Workload(
        folder, sample.digest, table, tuple(labels.tolist()), sample.model.predict_proba(table)
    )
    _check_peers_model(workload)
    return workload


def _for_peers(sample: bundles.Sample, target: Any, model: Model, peer: Path) -> None:
    """Peers get plain matrices where they can, so theirs is fitted without column names."""
    (peer / "width.txt").write_text(str(sample.table.shape[1]))
    if is_matrix(sample.table):
        fitted = model.estimator().fit(sample.table.to_numpy(), target)
    else:
        fitted = sample.model
        kinds = {name: dtype.kind for name, dtype in sample.table.dtypes.items()}
        (peer / "columns.json").write_text(json.dumps(kinds))
    joblib.dump(_without_generators(fitted), peer / "model.joblib")


def _without_generators(model: Any) -> Any:
    """Only fitting asks for chance, and numpy 1, which one peer needs, cannot read numpy 2's."""
    for name in ("_rng", "_feature_subsample_rng"):
        if hasattr(model, name):
            setattr(model, name, None)
    for tree in np.ravel(getattr(model, "estimators_", [])):
        if isinstance(tree.random_state, np.random.RandomState):
            tree.random_state = None
    return model


def _check_peers_model(workload: Workload) -> None:
    model = joblib.load(workload.joblib_folder / "model.joblib")
    table = workload.table
    rows = table.to_numpy() if is_matrix(table) else table
    if model.predict(rows).tolist() != list(workload.labels):
        raise RuntimeError("the two fits of one model differ")
