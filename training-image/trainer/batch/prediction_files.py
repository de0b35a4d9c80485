"""How are predictions, and rows that were set aside, written to parquet, row by row of a file?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from modelbundle.prediction import Prediction
from modelbundle.signature import Signature, Task
from trainer.files.raw_values import CODED_TEXTS
from trainer.pod.exits import Reason, UserFault

FILE, ROW, BUNDLE = "file", "row", "bundle_digest"
_GROUP_ROWS = 1 << 17
_LABELS = {"BYTES": pa.string(), "INT64": pa.int64(), "BOOL": pa.bool_()}
SET_ASIDE = pa.schema(
    [
        (FILE, pa.string()),
        (ROW, pa.int64()),
        ("column", pa.string()),
        ("found", pa.string()),
        ("reason", pa.string()),
    ]
)


class PartFile:
    """A parquet file that grows by tables; row groups are of one size whatever is added."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.schema = schema
        coded = [field.name for field in schema if _is_repeated(field)]
        # Readers are to see texts as texts, in whichever way they were handed over.
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            use_dictionary=coded,
            column_encoding={ROW: "DELTA_BINARY_PACKED"},  # each is one more than the one before
            store_schema=False,
        )
        self._waiting: list[pa.Table] = []
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """The file is whole, unless an error is on its way."""
        if kind is None:
            self._flush()
        self._writer.close()

    def add(self, columns: Sequence[Any]) -> None:
        """The file has these rows too; one array per column of the schema."""
        table = pa.Table.from_arrays([*columns], schema=self.schema)
        self.rows += table.num_rows
        self._waiting.append(table)
        if sum(waiting.num_rows for waiting in self._waiting) >= _GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting), row_group_size=_GROUP_ROWS)
            self._waiting = []


def prediction_schema(signature: Signature, carried: Sequence[str]) -> pa.Schema:
    """File and row, what is carried along (as text), predictions, probabilities, bundle digest.

    Raises UserFault TaskUnreadable where a column that is carried along has the name of another.
    """
    own = [(FILE, CODED_TEXTS), (ROW, pa.int64())]
    regression = signature.task is Task.REGRESSION
    kind = pa.float64() if regression else _LABELS[signature.label_datatype]
    answers = [(_name("prediction", target), kind) for target in signature.targets or ("",)]
    if signature.probabilities:
        answers += [(name, pa.float64()) for name in _probability_names(signature)]
    taken = {name for name, _ in (*own, *answers, (BUNDLE, None))}
    doubled = next((name for name in carried if name in taken), None)
    if doubled is not None:
        raise UserFault(
            Reason.TASK_UNREADABLE,
            f"output.columns: {doubled} is the name of a column of the predictions themselves",
        )
    texts = [(name, pa.string()) for name in carried]
    return pa.schema([*own, *texts, *answers, (BUNDLE, CODED_TEXTS)])


def prediction_columns(
    prediction: Prediction, signature: Signature, schema: pa.Schema
) -> list[pa.Array]:
    """The columns of predictions and probabilities, in the order of the schema."""
    values = prediction.values
    columns = [values] if values.ndim == 1 else [values[:, n] for n in range(values.shape[1])]
    kind = schema.field(_name("prediction", next(iter(signature.targets), ""))).type
    found = [pa.array(column, kind) for column in columns]
    shares = prediction.probabilities
    if signature.probabilities and shares is not None:
        found += [pa.array(np.ascontiguousarray(shares[:, n])) for n in range(shares.shape[1])]
    return found


def repeated(text: str, count: int) -> pa.Array:
    """The text in each of so many rows, held once."""
    places = pa.array(np.zeros(count, np.int32))
    return pa.DictionaryArray.from_arrays(places, pa.array([text], pa.string()))


def numbers_in_file(first: int, count: int, unreadable: Sequence[int]) -> npt.NDArray[np.int64]:
    """The numbers in their file of rows that could be read; `first` of them came before.

    As `FileRows.number` counts, for many rows at once.
    """
    ordinals = np.arange(first + 1, first + count + 1)
    skipped = np.asarray(unreadable, dtype=np.int64) - np.arange(len(unreadable))
    return ordinals + np.searchsorted(skipped, ordinals, side="right")


def _is_repeated(field: pa.Field) -> bool:
    """Whether few values come again and again; to look for them among numbers is for nothing."""
    label = field.name.startswith("prediction") and not pa.types.is_floating(field.type)
    return label or field.name in {FILE, BUNDLE, "column", "reason"}


def _probability_names(signature: Signature) -> list[str]:
    targets = signature.targets or ("",)
    pairs = zip(targets, signature.classes_by_target, strict=True)
    return [
        f"{_name('probability', target)}_{label}" for target, classes in pairs for label in classes
    ]


def _name(what: str, target: str) -> str:
    return f"{what}_{target}" if target else what
