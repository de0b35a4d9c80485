"""How do the values of each column lie, in one picture (SVG) that needs no program to draw it?"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trainer.checks.profiling import decimal
from trainer.rows.findings import shown

MOST_COLUMNS = 60
_BARS = 20
_TEXTS = 8
_ACROSS = 4
_WIDTH, _HEIGHT = 220, 130
_PLOT_WIDTH, _PLOT_HEIGHT = 200, 80
_LONGEST = 26


def profile_picture(sample: pa.Table) -> str:
    """One small plot per column of the sample: a histogram, or the most frequent texts."""
    names = sample.column_names[:MOST_COLUMNS]
    down = -(-len(names) // _ACROSS)
    plots = "".join(
        f'<g transform="translate({number % _ACROSS * _WIDTH + 10},'
        f'{number // _ACROSS * _HEIGHT + 10})">{_plot(name, sample.column(name))}</g>'
        for number, name in enumerate(names)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_ACROSS * _WIDTH}"'
        f' height="{down * _HEIGHT}" font-family="sans-serif" font-size="10">'
        f'<rect width="100%" height="100%" fill="white"/>{plots}</svg>'
    )


def _plot(name: str, column: pa.ChunkedArray) -> str:
    counts, labels = _counts(column)
    title = f'<text y="10" font-weight="bold">{_short(name)}</text>'
    return title + "".join(_bars(counts)) + "".join(_labels(labels))


def _counts(column: pa.ChunkedArray) -> tuple[list[int], list[str]]:
    """The heights of the bars, and what stands below the first and the last."""
    filled = column.drop_null()
    if not len(filled):
        return [], ["no value"]
    if pa.types.is_timestamp(column.type):
        low, high = pc.min_max(filled).as_py().values()
        micros = pc.cast(pc.cast(filled, pa.int64()), pa.float64(), safe=False).to_numpy()
        return _histogram(micros), [f"{low:%Y-%m-%d}", f"{high:%Y-%m-%d}"]
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        values = pc.cast(filled, pa.float64(), safe=False).to_numpy()
        # Numbers near the end of all floats have no bins between them.
        bound = float(np.finfo(np.float64).max) / 4
        inside = np.clip(values, -bound, bound)
        return _histogram(inside), [decimal(float(inside.min())), decimal(float(inside.max()))]
    pairs = pc.value_counts(filled.combine_chunks()).to_pylist()
    ranked = sorted(pairs, key=lambda pair: (-pair["counts"], str(pair["values"])))[:_TEXTS]
    return [pair["counts"] for pair in ranked], [str(pair["values"]) for pair in ranked[:1]]


def _histogram(values: npt.NDArray[np.float64]) -> list[int]:
    """One bar for values that are equal, or so close that no bins fit between them."""
    low, high = float(values.min()), float(values.max())
    if (high - low) / _BARS <= np.spacing(max(abs(low), abs(high))):
        return [len(values)]
    return [int(count) for count in np.histogram(values, bins=_BARS)[0]]


def _bars(counts: list[int]) -> Iterator[str]:
    width = _PLOT_WIDTH / max(1, len(counts))
    for place, count in enumerate(counts):
        height = _PLOT_HEIGHT * count / max(counts)
        yield (
            f'<rect x="{place * width:.1f}" y="{15 + _PLOT_HEIGHT - height:.1f}"'
            f' width="{width - 1:.1f}" height="{height:.1f}" fill="#4878a8"/>'
        )


def _labels(labels: list[str]) -> Iterator[str]:
    for label, x, anchor in zip(labels, (0, _PLOT_WIDTH), ("start", "end"), strict=False):
        yield f'<text x="{x}" y="{_PLOT_HEIGHT + 27}" text-anchor="{anchor}">{_short(label)}</text>'


def _short(text: str) -> str:
    safe = shown(text)
    short = safe if len(safe) <= _LONGEST else safe[: _LONGEST - 1] + "…"
    return escape(short, quote=False)
