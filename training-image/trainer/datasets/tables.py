"""How do rows get from parquet files into arrays, and from many parts into one file?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from modelbundle.rows import Rows, rows_of_frame
from modelbundle.signature import Feature
from trainer.datasets.columns import Columns
from trainer.pod.exits import Reason, UserFault

_BATCH_ROWS = 16_384

TRAIN_NAME = "train.parquet"
TEST_NAME = "test.parquet"


def rewrite(parts: Sequence[Path], outputs: Iterable[tuple[Path, Sequence[str]]]) -> int:
    """Every output holds its columns of all parts, in order of parts and rows; returns the rows.

    Reads in batches, so memory is bounded however large the parts are.
    """
    schema = pq.read_schema(parts[0])
    targets = [
        (pq.ParquetWriter(path, pa.schema([schema.field(name) for name in names])), list(names))
        for path, names in outputs
    ]
    rows = 0
    try:
        for part in parts:
            with pq.ParquetFile(part) as source:
                for batch in source.iter_batches(batch_size=_BATCH_ROWS):
                    rows += batch.num_rows
                    for writer, names in targets:
                        writer.write_batch(batch.select(names))
    finally:
        for writer, _ in targets:
            writer.close()
    return rows


def read_table(path: Path) -> pa.Table:
    """The whole file. Raises FileNotFoundError when it is not there."""
    return pq.ParquetFile(path).read()


def rows_of_table(table: pa.Table, features: Sequence[Feature]) -> Rows:
    """The features of the table as a model sees them."""
    frame = pd.DataFrame({feature.name: _plain(table.column(feature.name)) for feature in features})
    return rows_of_frame(frame, features)


def weights_of(table: pa.Table, columns: Columns) -> npt.NDArray[np.float64] | None:
    """The row weights, or None when no column has that role.

    Raises UserFault(DatasetCorrupt) for a weight that is missing or negative, or all zero.
    """
    weights = weights_of_part(table, columns)
    if weights is not None and not np.any(weights > 0):
        raise _no_weights(columns)
    return weights


def weights_of_part(table: pa.Table, columns: Columns) -> npt.NDArray[np.float64] | None:
    """The weights of a part of the rows, in which none need be above zero.

    Raises UserFault(DatasetCorrupt) for a weight that is missing or negative.
    """
    if columns.weight is None:
        return None
    weights = table.column(columns.weight).cast(pa.float64(), safe=False).to_numpy()
    if not np.all(np.isfinite(weights)) or np.any(weights < 0):
        raise _no_weights(columns)
    return np.asarray(weights, dtype=np.float64)


def refuse_weightless(path: Path, columns: Columns) -> None:
    """Raises UserFault(DatasetCorrupt) where no row of the file has a weight above zero; looks at
    a part at a time.
    """
    if columns.weight is None:
        return
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=[columns.weight]):
            weights = weights_of_part(pa.Table.from_batches([batch]), columns)
            if weights is not None and np.any(weights > 0):
                return
    raise _no_weights(columns)


def _no_weights(columns: Columns) -> UserFault:
    return UserFault(
        Reason.DATASET_CORRUPT,
        f"weight column {columns.weight} must hold a number of at least 0 in every row and"
        " more than 0 in some; correct the data or give the column another role",
    )


def _plain(column: pa.ChunkedArray) -> pd.Series:
    """Object texts with None for missing, float64 numbers with NaN."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pd.Series(column.to_pylist(), dtype=object)
    return pd.Series(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
