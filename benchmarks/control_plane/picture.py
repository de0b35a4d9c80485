"""How does cost grow with the fleet? One SVG, a panel per question, both scales logarithmic."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.control_plane import figures as names
from benchmarks.control_plane.figures import Figures

_PANEL, _HEIGHT, _LEFT, _TOP, _BOTTOM, _GAP = 250, 230, 52, 62, 40, 26
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .panel { font-size: 13px; font-weight: 600; }
  .faint { fill: #57606a; font-size: 11px; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .line { stroke: #0969da; stroke-width: 2; fill: none; }
  .point { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .faint { fill: #8b949e; }
    .grid { stroke: #30363d; }
    .line { stroke: #58a6ff; }
    .point { fill: #58a6ff; }
  }
"""
_TITLE = "What the operator costs, by the number of models (five versions each)"


def drawn(sizes: Sequence[Figures]) -> str:
    """The picture, readable in light and dark."""
    width = _GAP + len(PANELS) * (_PANEL + _GAP)
    size = f'width="{width}" height="{_HEIGHT}" viewBox="0 0 {width} {_HEIGHT}"'
    models = [figures.models for figures in sizes]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{_TITLE}">',
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="12" y="26">{_TITLE}</text>',
    ]
    for number, (title, cost) in enumerate(PANELS):
        panel = _Panel(_GAP + number * (_PANEL + _GAP), title)
        parts += panel.lines(models, [cost(figures) for figures in sizes])
    return "\n".join([*parts, "</svg>\n"])


def _start(figures: Figures) -> float:
    return figures.episodes[names.START].cpu


def _memory(figures: Figures) -> float:
    return figures.episodes[names.START].memory_mib


def _change(figures: Figures) -> float:
    return figures.net_cpu(names.SPEC) / figures.episodes[names.SPEC].count * 1000


def _rollout(figures: Figures) -> float:
    return figures.net_cpu(names.ROLLOUTS) / figures.episodes[names.ROLLOUTS].count * 1000


PANELS: tuple[tuple[str, Callable[[Figures], float]], ...] = (
    ("start, CPU s", _start),
    ("memory, MiB", _memory),
    ("one status write, CPU ms", _change),
    ("one rollout of many, CPU ms", _rollout),
)


@dataclass(frozen=True, slots=True)
class _Panel:
    left: float
    title: str

    def lines(self, models: Sequence[int], costs: Sequence[float]) -> Iterator[str]:
        across, down = _scale(models), _scale(costs)
        yield f'<text class="panel" x="{self.left:.0f}" y="48">{self.title}</text>'
        for power in range(down.low, down.high + 1):
            y = self._y(down.place(10.0**power))
            yield (
                f'<path class="grid" d="M{self.left + _LEFT:.1f} {y:.1f}H{self._x(1):.1f}"/>'
                f'<text class="faint" x="{self.left + _LEFT - 6:.1f}" y="{y:.1f}" dy="4"'
                f' text-anchor="end">{10.0**power:,g}</text>'
            )
        points = [
            (self._x(across.place(m)), self._y(down.place(c)), m, c)
            for m, c in zip(models, costs, strict=True)
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)
        yield f'<polyline class="line" points="{path}"/>'
        for x, y, count, cost in points:
            text = f'<text class="faint" text-anchor="middle" x="{x:.1f}"'
            yield f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
            yield f'{text} y="{y - 7:.1f}">{_short(cost)}</text>'
            yield f'{text} y="{_HEIGHT - 18}">{count:,}</text>'

    def _x(self, place: float) -> float:
        return self.left + _LEFT + 14 + (_PANEL - _LEFT - 28) * place

    def _y(self, place: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * place


@dataclass(frozen=True, slots=True)
class _Scale:
    """Whole powers of ten around all values."""

    low: int
    high: int

    def place(self, value: float) -> float:
        """Between 0 and 1."""
        return (math.log10(max(value, 1e-9)) - self.low) / (self.high - self.low)


def _scale(values: Sequence[float]) -> _Scale:
    seen = [value for value in values if value > 0] or [1.0]
    low = math.floor(math.log10(min(seen)))
    return _Scale(low, max(math.ceil(math.log10(max(seen))), low + 1))


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
