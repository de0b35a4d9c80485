"""How are boosted trees grown on rows that no pod holds at once?

Every worker has the file of the train rows on its disk, reads the parts that it is given, and lays
them down there as the trees see them: mapped from the disk they take no memory that cannot be had
back. The estimator that is kept is the one that a single pod would fit: its structure (labels,
encoders) is fitted on a few rows that show each class and each text, and the trees take their place
in it.
"""

from __future__ import annotations

import importlib
import tempfile
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

from modelbundle.rows import frame_of_rows
from modelbundle.signature import Feature, Label
from trainer.datasets.columns import Columns
from trainer.datasets.tables import refuse_weightless, rows_of_table, weights_of_part
from trainer.distributed.gathering import addresses
from trainer.recipes.boosting import boosted_parts
from trainer.recipes.labels import labels_of, numbers_of

Array = npt.NDArray[Any]
PART_ROWS = 65_536
"""So many rows a part has at least; the parts are the same whoever reads them."""
_DASK = {"xgboost": ("xgboost.dask", "DaskXGB"), "lightgbm": ("lightgbm", "DaskLGBM")}


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
    library = type(inner).__module__.split(".")[0]
    module, prefix = _DASK[library]
    name = type(inner).__name__.replace("XGB", prefix).replace("LGBM", prefix)
    shared = getattr(importlib.import_module(module), name)(**_parameters(inner))
    features, answers, weights = arrays_of(client, model, path, columns)
    more = {} if weights is None else {"sample_weight": weights}
    shared.fit(features, answers, **more)
    if library == "xgboost":
        inner._Booster = shared.get_booster()  # noqa: SLF001 the library has no other way in
    else:
        inner._Booster = shared.to_local().booster_  # noqa: SLF001 as above
    grown_model: BaseEstimator = model
    return grown_model


def _parameters(inner: Any) -> dict[str, Any]:
    """What the recipe says; a worker has its own number of threads."""
    return {k: v for k, v in inner.get_params().items() if k not in {"n_jobs", "client"}}


def arrays_of(
    client: Client, model: Any, path: Path, columns: Columns
) -> tuple[da.Array, da.Array, da.Array | None]:
    """Features, answers and weights, in parts on the workers; each worker has as many as others."""
    with pq.ParquetFile(path) as file:
        sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    width = model[:-1].transform(_one_row(columns)).shape[1]
    shared = (model[:-1], _encoder(model), str(path), columns)
    places = sorted(addresses(client))
    parts = []
    for number, groups in enumerate(_groups(sizes)):
        # By number, not by who is free: one that came late would leave its share to the others.
        at = places[number % len(places)]
        part = delayed(client.submit(_read, shared, groups, workers=[at], pure=False), nout=3)
        parts.append((part, sum(sizes[n] for n in groups)))
    features = [da.from_delayed(part[0], (rows, width), np.float32) for part, rows in parts]
    answers = [da.from_delayed(part[1], (rows,), np.float32) for part, rows in parts]
    weights = [da.from_delayed(part[2], (rows,), np.float64) for part, rows in parts]
    return (
        da.concatenate(features),
        da.concatenate(answers),
        da.concatenate(weights) if columns.weight is not None else None,
    )


def _one_row(columns: Columns) -> pd.DataFrame:
    return pd.DataFrame({f.name: [0.0 if f.numeric else ""] for f in columns.features})


def _encoder(model: Any) -> Any:
    """What numbers the labels from 0; None for a regressor."""
    return getattr(model[-1], "le_", getattr(model[-1], "_le", None))


def _groups(sizes: Sequence[int]) -> list[list[int]]:
    found: list[list[int]] = [[]]
    for number, _ in enumerate(sizes):
        if sum(sizes[n] for n in found[-1]) >= PART_ROWS:
            found.append([])
        found[-1].append(number)
    return found


def _read(
    shared: tuple[Any, Any, str, Columns], groups: Sequence[int]
) -> tuple[Array, Array, Array | None]:
    """Features, answers and weights of a part, as the trees see them; on a worker."""
    steps, encoder, path, columns = shared
    answers: list[Array] = []
    weights: list[Array] = []
    with pq.ParquetFile(path) as source, tempfile.TemporaryFile() as file:
        for group in groups:
            table = source.read_row_group(group)
            frame = frame_of_rows(rows_of_table(table, columns.features), columns.features)
            features = np.asarray(steps.transform(frame), dtype=np.float32)
            features.tofile(file)
            # Both libraries hold answers in 32 bits.
            answers.append(_numbers(table, encoder, columns).astype(np.float32))
            if (given := weights_of_part(table, columns)) is not None:
                weights.append(given)
        shape = (sum(map(len, answers)), features.shape[1])
        # The file goes with the mapping; a plain array to whoever asks for its class.
        mapped = np.memmap(file, np.float32, "r", shape=shape).view(np.ndarray)
    return mapped, np.concatenate(answers), np.concatenate(weights) if weights else None


def _numbers(table: pa.Table, encoder: Any, columns: Columns) -> Array:
    target = table.column(columns.target)
    if encoder is None:
        return numbers_of(target, columns.target)
    found: Array = encoder.transform(np.array(labels_of(target, columns.target)))
    return found
