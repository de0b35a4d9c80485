"""How much do the rows of a parquet file hold once they are spread out?

A text that is written once stands for a million cells, so a file of 500 bytes may be gigabytes.
Texts are read as they are written, and spread a few rows at a time; long lists are refused by
what the file says of their number.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trainer.pod.exits import Reason, UserFault

BATCH_BYTES = 32 << 20
"""Of texts in the rows that are handled together; a row of its own may be longer."""
LISTED_BYTES = 256 << 20
"""Of numbers in the lists of one row group."""
_NUMBER_BYTES = 8


def text_columns(parquet: pq.ParquetFile) -> list[str]:
    """The paths of the columns whose cells are bytes, to be read as they are written."""
    columns = (parquet.schema.column(number) for number in range(len(parquet.schema)))
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]


def refuse_endless_lists(name: str, parquet: pq.ParquetFile) -> None:
    """Raises UserFault where the lists of some rows would fill the memory."""
    metadata = parquet.metadata
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        for place in range(group.num_columns):
            if not parquet.schema.column(place).max_repetition_level:
                continue
            column = group.column(place)
            if column.num_values * _NUMBER_BYTES > LISTED_BYTES:
                text = (
                    f"file {name}: the lists in column {column.path_in_schema} hold"
                    f" {column.num_values} values in {group.num_rows} rows, more than are read"
                    " at a time: write smaller row groups, or leave the column out"
                )
                raise UserFault(Reason.FORMAT_UNREADABLE, text)


def in_pieces(rows: pa.Table) -> Iterator[pa.Table]:
    """The rows, so few at a time that their texts have BATCH_BYTES at most."""
    columns = [c.combine_chunks() for c in rows.columns if pa.types.is_dictionary(c.type)]
    if sum(map(_longest, columns)) * rows.num_rows <= BATCH_BYTES:
        yield from [rows] if rows.num_rows else []
        return
    sizes = np.zeros(rows.num_rows, np.int64)
    for column in columns:
        sizes += _text_sizes(column)
    start, ends = 0, np.cumsum(sizes)
    while start < rows.num_rows:
        before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + BATCH_BYTES, "right")))
        yield rows.slice(start, stop - start)
        start = stop


def _longest(column: pa.DictionaryArray) -> int:
    return pc.max(pc.binary_length(column.dictionary)).as_py() or 0


def _text_sizes(column: pa.DictionaryArray) -> np.ndarray:
    lengths = pc.binary_length(column.dictionary).take(column.indices)
    found: np.ndarray = pc.fill_null(lengths, 0).to_numpy(zero_copy_only=False)
    return found
