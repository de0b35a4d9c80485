"""Are the values of a column distributed otherwise than they were, and by how much?

The effect is the population stability index (PSI) over the tenths of the earlier values, or over
the most frequent texts; missing values are a bin like others, and so are texts that came at most
once before. Below 0.1 little has moved, from 0.2 on much. Chance alone gives small samples an
index, too: a column counts as drifted only where the index is also beyond what chance explains
(four standard deviations of its chi-square distribution).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trainer.checks.profiling import decimal
from trainer.rows.findings import shown

_TEXTS = 20
_TENTHS = np.linspace(0.1, 0.9, 9)
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """One column: the index, whether chance may explain it, and the bin that moved most."""

    column: str
    effect: float
    by_chance: bool
    moved: str

    def exceeds(self, effect: float) -> bool:
        """Whether it drifted by at least that effect."""
        return self.effect >= effect and not self.by_chance


def column_drifts(before: pa.Table, now: pa.Table, names: Iterable[str]) -> list[ColumnDrift]:
    """One per column, the largest effect first."""
    found = [_drift(name, before.column(name), now.column(name)) for name in names]
    return sorted(found, key=lambda drift: (-drift.effect, drift.column))


def _drift(name: str, before: pa.ChunkedArray, now: pa.ChunkedArray) -> ColumnDrift:
    if pa.types.is_floating(before.type) or pa.types.is_integer(before.type):
        labels, counts = _numbers(before, now)
    else:
        labels, counts = _texts(before, now)
    shares = (counts + 0.5) / (counts + 0.5).sum(axis=1, keepdims=True)
    terms = (shares[1] - shares[0]) * np.log(shares[1] / shares[0])
    effect = float(terms.sum())
    bins = max(1, int((counts.sum(axis=0) > 0).sum()) - 1)
    rows = counts.sum(axis=1)
    noise = (bins + 4 * (2 * bins) ** 0.5) * float((1 / np.maximum(rows, 1)).sum())
    place = int(np.argmax(np.round(np.abs(shares[1] - shares[0]), 9)))
    moved = f"{labels[place]}: {_percent(counts[0], place)} → {_percent(counts[1], place)}"
    return ColumnDrift(name, effect, effect <= noise, moved)


def _numbers(before: pa.ChunkedArray, now: pa.ChunkedArray) -> tuple[Sequence[str], Counts]:
    then, today = (
        pc.cast(column.drop_null(), pa.float64(), safe=False).to_numpy() for column in (before, now)
    )
    edges, labels = _bins(then)
    counts = np.zeros((2, len(labels) + 1))
    for row, (values, column) in enumerate(((then, before), (today, now))):
        places = np.searchsorted(edges, values, side="right")
        counts[row, :-1] = np.bincount(places, minlength=len(labels))
        counts[row, -1] = column.null_count
    return [*labels, "missing"], counts


def _bins(values: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], list[str]]:
    """Tenths of the values; a value that fills more than one of them has a bin of its own."""
    if not len(values):
        return np.empty(0), ["any number"]
    tenths, times = np.unique(np.quantile(values, _TENTHS), return_counts=True)
    heavy = tenths[times > 1]
    edges = np.union1d(tenths, np.nextafter(heavy, np.inf))
    names = [decimal(float(edge)) for edge in edges]
    labels = [f"below {names[0]}"]
    for place, low in enumerate(edges[:-1]):
        alone = low in heavy
        labels.append(names[place] if alone else f"{names[place]} to {names[place + 1]}")
    return edges, [*labels, f"{names[-1]} and above"]


def _texts(before: pa.ChunkedArray, now: pa.ChunkedArray) -> tuple[Sequence[str], Counts]:
    then, today = (_frequencies(column) for column in (before, now))
    known = sorted(then, key=lambda text: (-then[text], text))[:_TEXTS]
    known_well = {*known, *(text for text, count in then.items() if count > 1)}
    rare = [sum(n for text, n in of.items() if text not in known_well) for of in (then, today)]
    counts = np.array(
        [
            [*(of.get(text, 0) for text in known), _rest(of, known) - few, few, gone]
            for of, few, gone in (
                (then, rare[0], before.null_count),
                (today, rare[1], now.null_count),
            )
        ],
        dtype=np.float64,
    )
    names = (f"“{shown(text)}”" for text in known)
    return [*names, "other values", "values that came at most once before", "missing"], counts


def _frequencies(column: pa.ChunkedArray) -> dict[str, int]:
    pairs = pc.value_counts(column.drop_null().combine_chunks()).to_pylist()
    return {str(pair["values"]): pair["counts"] for pair in pairs}


def _rest(frequencies: dict[str, int], known: Sequence[str]) -> int:
    return sum(frequencies.values()) - sum(frequencies.get(text, 0) for text in known)


def _percent(counts: Counts, place: int) -> str:
    total = counts.sum()
    percent = 100 * counts[place] / total if total else 0.0
    return f"{percent:.2g} %" if percent < 10 else f"{percent:.0f} %"
