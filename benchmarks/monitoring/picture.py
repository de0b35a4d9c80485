"""What does drift look like? Columns of one window beside the training, as one SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from benchmarks.monitoring.live_rows import A_FLAG, HALF_A_DEVIATION, rows, with_burst
from modelbundle.reference_profile import NumberBins, number_bins
from trainyard.api.v1alpha1.drift_monitor import DriftMonitor as DriftSpec
from trainyard.model_deployments.analysis.binned_columns import (
    Bin,
    BinReading,
    ColumnKey,
    ReferenceProfile,
)
from trainyard.model_deployments.analysis.drift import drift_in

ROWS = 5000
QUIET = ("a quiet column, and one caller in a burst", 8)
_PANEL, _HEIGHT, _TOP, _BASE, _GAP = 300, 250, 78, 216, 24
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .panel { font-size: 13px; font-weight: 600; }
  .faint { fill: #57606a; font-size: 11px; }
  .before { fill: #8c959f; }
  .after { fill: #0969da; }
  .drifted { fill: #cf222e; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .faint { fill: #8b949e; }
    .before { fill: #6e7681; }
    .after { fill: #58a6ff; }
    .drifted { fill: #ff7b72; }
  }
"""
_TITLE = "Live values (right bars) beside the training (left bars), in the bins of its bundle"


@dataclass(frozen=True, slots=True)
class Shown:
    """One column in a window."""

    title: str
    before: Sequence[int]
    """Rows of the training in each bin."""
    after: Sequence[int]
    """Live rows."""
    finding: str
    """What the operator says of the column; empty: it does not drift."""


def shown(seed: int = 3) -> list[Shown]:
    """A quiet column, and the two drifts that the bars are about, as the operator judges them."""
    random = np.random.default_rng(seed)
    bins = [number_bins(str(i), column) for i, column in enumerate(rows(random, ROWS).T)]
    found = [(*QUIET, with_burst(random, rows(random, ROWS)))]
    for drift in (HALF_A_DEVIATION, A_FLAG):
        window = with_burst(random, rows(random, ROWS, drift))
        found.append((drift.name.removesuffix(" in 1 of 30"), drift.column, window))
    profile = ReferenceProfile({_key(one): _named(one) for one in bins})
    columns = []
    for title, column, window in found:
        counts = [_counted(one, values) for one, values in zip(bins, window.T, strict=True)]
        live = {
            (_key(one), str(place)): count
            for one, of in zip(bins, counts, strict=True)
            for place, count in enumerate(of)
        }
        spec = DriftSpec()
        judged = drift_in(BinReading(profile, live), spec.min_rows, float(spec.min_effect), ())
        said = {d.column.name: f"{d.why} (effect {d.effect:.2f})" for d in judged.drifted}
        finding = said.get(str(column), "")
        columns.append(Shown(title, bins[column].counts, counts[column], finding))
    return columns


def drawn(columns: Sequence[Shown]) -> str:
    """The picture, readable in light and dark."""
    width = _GAP + len(columns) * (_PANEL + _GAP)
    size = f'width="{width}" height="{_HEIGHT}" viewBox="0 0 {width} {_HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{_TITLE}">',
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="12" y="26">{_TITLE}</text>',
    ]
    for number, column in enumerate(columns):
        parts += _panel(_GAP + number * (_PANEL + _GAP), column)
    return "\n".join([*parts, "</svg>\n"])


def _panel(left: int, column: Shown) -> Iterator[str]:
    yield f'<text class="panel" x="{left}" y="56">{column.title}</text>'
    shares = [[n / (sum(counts) or 1) for n in counts] for counts in (column.before, column.after)]
    most, step = max(map(max, shares)), _PANEL / len(column.before)
    tones = ("before", "drifted" if column.finding else "after")
    for place, pair in enumerate(zip(*shares, strict=True)):
        for side, (share, tone) in enumerate(zip(pair, tones, strict=True)):
            height = (_BASE - _TOP) * share / most
            x = left + step * (place + 0.1 + 0.4 * side)
            yield (
                f'<rect class="{tone}" x="{x:.1f}" y="{_BASE - height:.1f}"'
                f' width="{0.4 * step:.1f}" height="{height:.1f}"/>'
            )
    said = column.finding or "no drift"
    yield f'<text class="faint" x="{left}" y="{_BASE + 20}">{said}</text>'


def _key(bins: NumberBins) -> ColumnKey:
    return ColumnKey(prediction=False, name=bins.name)


def _named(bins: NumberBins) -> tuple[Bin, ...]:
    ends = ["-inf", *(f"{edge:.2g}" for edge in bins.edges), "+inf"]
    holds = [f"[{low}, {high})" for low, high in pairwise(ends)]
    return tuple(
        Bin(str(place), held, count)
        for place, (held, count) in enumerate(zip(holds, bins.counts, strict=True))
    )


def _counted(bins: NumberBins, values: np.typing.NDArray[np.float64]) -> list[int]:
    places = np.searchsorted(bins.edges, values, side="right")
    return [int(count) for count in np.bincount(places, minlength=len(bins.counts))]
