"""How are boosted trees grown on rows that no pod holds at once?

The estimator that is kept is the one that a single pod would fit: its structure (labels, encoders)
is fitted on a few rows that show each class and each text, and the trees take their place in it.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from dask.delayed import delayed
from distributed import Client
from sklearn.base import BaseEstimator

from modelbundle.signature import Feature, Label
from trainer.datasets.columns import Columns
from trainer.datasets.tables import refuse_weightless
from trainer.distributed.lightgbm_trees import take_lightgbm_trees
from trainer.distributed.parts import Part, read_parts
from trainer.recipes.boosting import boosted_parts
from trainer.recipes.labels import labels_of

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a first look at all rows, a part at a time, found."""

    labels: tuple[Label, ...]
    """The classes in order; none for a regressor."""
    texts: dict[str, Counter[str]]
    """How often each text of a column comes."""


def seen(path: Path, columns: Columns, *, classes: bool) -> Seen:
    """Classes and texts of the whole file."""
    named = [feature.name for feature in columns.features if not feature.numeric]
    wanted = [*named, *([columns.target] if classes else [])]
    labels: set[Label] = set()
    texts: dict[str, Counter[str]] = {name: Counter() for name in named}
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=wanted) if wanted else ():
            table = pa.Table.from_batches([batch])
            if classes:
                few = pa.chunked_array([table.column(columns.target).unique()])
                labels.update(labels_of(few, columns.target))
            for name in named:
                for found in table.column(name).value_counts().to_pylist():
                    # A missing text is the empty one to every model.
                    texts[name][found["values"] or ""] += found["counts"]
    return Seen(tuple(sorted(labels)), texts)


def sample_frame(found: Seen, features: Sequence[Feature], most: int) -> tuple[pd.DataFrame, Array]:
    """A few rows that show each class, and of each column the texts that are kept apart."""
    kept = {
        name: [t for t, _ in sorted(n.items(), key=lambda item: (-item[1], item[0]))[:most]]
        for name, n in found.texts.items()
    }
    count = max(2, len(found.labels), *(len(texts) for texts in kept.values()), 2)
    columns = {
        feature.name: [kept[feature.name][row % len(kept[feature.name])] for row in range(count)]
        if feature.name in kept
        else np.arange(count, dtype=np.float64)
        for feature in features
    }
    answers = (
        np.array([found.labels[row % len(found.labels)] for row in range(count)])
        if found.labels
        else np.arange(count, dtype=np.float64)
    )
    return pd.DataFrame(columns), answers


def grown(client: Client, model: Any, path: Path, columns: Columns) -> BaseEstimator:
    """The model with the trees that the client's workers grow on all rows of the file.

    `model` is a pipeline that was fitted on the sample.
    Raises UserFault(DatasetCorrupt) for weights that mean nothing.
    """
    refuse_weightless(path, columns)
    inner = next(part for part in boosted_parts(model) if part.__sklearn_is_fitted__())
    parts = read_parts(client, model, path, columns)
    if type(inner).__module__.split(".")[0] == "lightgbm":
        take_lightgbm_trees(client, inner, parts)
    else:
        width = model[:-1].transform(_one_row(columns)).shape[1]
        _take_xgboost_trees(inner, arrays_of(parts, width, weighted=columns.weight is not None))
    grown_model: BaseEstimator = model
    return grown_model


def _take_xgboost_trees(inner: Any, arrays: tuple[da.Array, da.Array, da.Array | None]) -> None:
    features, answers, weights = arrays
    module = importlib.import_module("xgboost.dask")
    # What the recipe says; a worker has its own number of threads.
    parameters = {k: v for k, v in inner.get_params().items() if k not in {"n_jobs", "client"}}
    shared = getattr(module, type(inner).__name__.replace("XGB", "DaskXGB"))(**parameters)
    more = {} if weights is None else {"sample_weight": weights}
    shared.fit(features, answers, **more)
    inner._Booster = shared.get_booster()  # noqa: SLF001 the library has no other way in


def arrays_of(
    parts: Sequence[Part], width: int, *, weighted: bool
) -> tuple[da.Array, da.Array, da.Array | None]:
    """Features, answers and weights as Dask's arrays, a chunk for each part."""
    found = [(delayed(part.read, nout=3), part.rows) for part in parts]
    features = [da.from_delayed(read[0], (rows, width), np.float32) for read, rows in found]
    answers = [da.from_delayed(read[1], (rows,), np.float32) for read, rows in found]
    weights = [da.from_delayed(read[2], (rows,), np.float64) for read, rows in found]
    return (
        da.concatenate(features),
        da.concatenate(answers),
        da.concatenate(weights) if weighted else None,
    )


def _one_row(columns: Columns) -> pd.DataFrame:
    return pd.DataFrame({f.name: [0.0 if f.numeric else ""] for f in columns.features})
