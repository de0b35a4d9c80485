"""What does a party say of its rows before the first round? Sums and words, never a row."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from modelbundle.rows import frame_of_rows
from modelbundle.signature import Feature, Kind, Label, Task
from trainer.datasets.columns import Columns
from trainer.datasets.tables import rows_of_table
from trainer.pod.exits import Reason, UserFault
from trainer.recipes.labels import labels_of

LEAST_ROWS = 20
"""A party with fewer rows takes no part: sums over them would say too much of each."""
LEAST_ROWS_OF_TEXT = 5
"""A text that fewer rows of a party hold is not named to others."""
MOST_TEXTS = 1000
"""So many texts of a column are named, the most frequent ones."""
_MOST_ROWS = 10**12
_MOST_LABELS = 1000
_LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of the values that are there: how many, their mean, and their squared distances from it."""

    count: int
    mean: float
    squares: float

    def with_others(self, others: Numbers) -> Numbers:
        """Both together (Chan, Golub and LeVeque 1979, without cancellation)."""
        count = self.count + others.count
        if count == 0:
            return self
        apart = others.mean - self.mean
        return Numbers(
            count,
            self.mean + apart * others.count / count,
            self.squares + others.squares + apart**2 * self.count * others.count / count,
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """What one party has, column by column."""

    rows: int
    numbers: dict[str, Numbers]
    """By feature that is a number or a flag (0 or 1)."""
    texts: dict[str, dict[str, int]]
    """By feature of texts: its more frequent texts, and how many rows hold each."""
    labels: tuple[Label, ...]
    """The classes that it has rows of, sorted; of a regression none."""

    def document(self) -> dict[str, Any]:
        """As it travels: JSON."""
        numbers = {name: [n.count, n.mean, n.squares] for name, n in self.numbers.items()}
        return {
            "rows": self.rows,
            "numbers": numbers,
            "texts": self.texts,
            "labels": list(self.labels),
        }


def read_statement(document: dict[str, Any], features: tuple[Feature, ...]) -> Statement:
    """The statement that a party sent on these features.

    Raises KeyError, TypeError or ValueError for another shape, or for what no rows can be like.
    """
    rows = int(document["rows"])
    labels = tuple(document["labels"])
    if not LEAST_ROWS <= rows <= _MOST_ROWS:
        raise ValueError(f"{rows} rows")
    if len(labels) > _MOST_LABELS or not all(isinstance(x, str | int | bool) for x in labels):
        raise ValueError(f"{len(labels)} classes, or other things than texts and whole numbers")
    return Statement(
        rows=rows,
        numbers={
            f.name: _numbers_said(document["numbers"][f.name], rows)
            for f in features
            if f.kind is not Kind.CATEGORY
        },
        texts={
            f.name: _texts_said(document["texts"][f.name])
            for f in features
            if f.kind is Kind.CATEGORY
        },
        labels=labels,
    )


def _numbers_said(found: Sequence[Any], rows: int) -> Numbers:
    count, mean, squares = found
    said = Numbers(int(count), float(mean), float(squares))
    if not 0 <= said.count <= rows or not math.isfinite(said.mean) or not said.squares >= 0:
        raise ValueError(f"no numbers have {said}")
    if not math.isfinite(said.squares):
        raise ValueError(f"no numbers have {said}")
    return said


def _texts_said(found: Mapping[str, Any]) -> dict[str, int]:
    if len(found) > MOST_TEXTS:
        raise ValueError(f"{len(found)} texts of a column, and {MOST_TEXTS} are the most")
    return {str(text)[:_LONGEST_TEXT]: int(rows) for text, rows in found.items()}


def statement_of(
    table: pa.Table, columns: Columns, features: tuple[Feature, ...], task: Task
) -> Statement:
    """What the table says of these features.

    Raises UserFault(DatasetCorrupt) where it lacks one, has it as another kind, or has too few
    rows.
    """
    refuse_other_columns(columns, features)
    if table.num_rows < LEAST_ROWS:
        raise UserFault(
            Reason.DATASET_CORRUPT,
            f"it has {table.num_rows} rows to train on, and {LEAST_ROWS} are the least with which"
            " a party takes part",
        )
    frame = frame_of_rows(rows_of_table(table, features), features)
    labels: list[Label] = []
    if task is Task.CLASSIFICATION:
        labels = sorted(set(labels_of(table.column(columns.target), columns.target)))
    return Statement(
        rows=table.num_rows,
        numbers={f.name: _numbers(frame[f.name]) for f in features if f.kind is not Kind.CATEGORY},
        texts={f.name: _texts(frame[f.name]) for f in features if f.kind is Kind.CATEGORY},
        labels=tuple(labels),
    )


def refuse_other_columns(columns: Columns, features: tuple[Feature, ...]) -> None:
    """Raise UserFault(DatasetCorrupt) where the party has not all of the features as they are."""
    own = {feature.name: feature.kind for feature in columns.features}
    odd = [f for f in features if own.get(f.name) is not f.kind]
    if odd:
        first = odd[0]
        found = f"it is {own[first.name]}" if first.name in own else "there is none"
        raise UserFault(
            Reason.DATASET_CORRUPT,
            f"the coordinator's column {first.name} is {first.kind}, and here {found}"
            f" ({len(odd)} columns differ): declare the same spec.columns in both Datasets",
        )


def _numbers(values: pd.Series[float]) -> Numbers:
    there = values.to_numpy(dtype=np.float64)
    there = there[np.isfinite(there)]
    if not len(there):
        return Numbers(0, 0.0, 0.0)
    mean = float(there.mean())
    return Numbers(len(there), mean, float(np.square(there - mean).sum()))


def _texts(values: pd.Series[str]) -> dict[str, int]:
    counts = Counter(values.tolist())
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_TEXTS]
    return {text: rows for text, rows in ranked if rows >= LEAST_ROWS_OF_TEXT}
