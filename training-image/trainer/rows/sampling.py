"""Which rows stand for all rows? A uniform sample that does not depend on their order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trainer.pod.numpy_arrays import as_arrow
from trainer.rows.row_digests import Positions

_CELLS = 2_000_000
_MOST_ROWS = 10_000
_FEWEST_ROWS = 1_000
_TEXT_CHARACTERS = 256


@dataclass(frozen=True, slots=True)
class Sample:
    """Some rows in their order, the number of each, and which are not equal to one before."""

    rows: pa.Table
    numbers: npt.NDArray[np.uint64]
    distinct: npt.NDArray[np.bool_]


class RowSample:
    """The rows with the lowest hashes: at most 10,000, fewer for wide tables.

    Texts are kept to 256 characters, so that memory is bounded.
    """

    def __init__(self, columns: int) -> None:
        self.limit = max(_FEWEST_ROWS, min(_MOST_ROWS, _CELLS // max(1, columns)))
        self._rows: list[pa.RecordBatch] = []
        self._keys: list[npt.NDArray[np.uint64]] = []
        self._count = 0
        self._bound = np.uint64(2**64 - 1)

    def add(self, rows: pa.RecordBatch, positions: Positions, first_row: int) -> None:
        """Takes the next rows into account."""
        chosen = np.flatnonzero(positions <= self._bound)
        if not len(chosen):
            return
        kept = rows if len(chosen) == rows.num_rows else rows.take(as_arrow(chosen))
        self._rows.append(_shortened(kept))
        numbers = chosen.astype(np.uint64) + np.uint64(first_row)
        self._keys.append(np.column_stack([positions[chosen], numbers]))
        self._count += len(chosen)
        if self._count > 2 * self.limit:
            self._prune()

    def result(self) -> Sample | None:
        """The sampled rows, in the order of their row numbers; None without any."""
        if not self._rows:
            return None
        self._prune()
        keys = self._keys[0]
        order = np.argsort(keys[:, 1])
        distinct = np.zeros(len(keys), dtype=bool)
        distinct[np.unique(keys[order, 0], return_index=True)[1]] = True
        rows = pa.Table.from_batches(self._rows).take(as_arrow(order)).combine_chunks()
        return Sample(rows, keys[order, 1], distinct)

    def _prune(self) -> None:
        keys = np.concatenate(self._keys)
        table = pa.Table.from_batches(self._rows).combine_chunks()
        lowest = np.lexsort((keys[:, 1], keys[:, 0]))[: self.limit]
        self._keys = [keys[lowest]]
        self._rows = table.take(as_arrow(lowest)).combine_chunks().to_batches()
        self._count = len(lowest)
        if self._count == self.limit:
            self._bound = self._keys[0][-1, 0]


def _shortened(rows: pa.RecordBatch) -> pa.RecordBatch:
    arrays = [_short(column) for column in rows.columns]
    return pa.RecordBatch.from_arrays(arrays, names=rows.schema.names)


def _short(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type):
        return pc.utf8_slice_codeunits(column, 0, _TEXT_CHARACTERS)
    return column
