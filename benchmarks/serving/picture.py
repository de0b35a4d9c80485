"""How do the rates look beside each other? An SVG with bars on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from xml.sax.saxutils import escape

from benchmarks.serving.contender import OURS
from benchmarks.serving.figures import Figures

_POINT = "1x64"
_WIDTH, _NAMES, _VALUES = 860, 178, 110
_BAR, _GAP, _HEAD, _TOP = 14, 5, 46, 50
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .model { font-size: 13px; font-weight: 600; }
  .faint { fill: #57606a; font-size: 11px; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .peer { fill: #8c959f; }
  .ours { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .faint { fill: #8b949e; }
    .grid { stroke: #30363d; }
    .peer { fill: #6e7681; }
    .ours { fill: #58a6ff; }
  }
"""


def drawn(found: Mapping[str, Mapping[str, Figures]]) -> str:
    """Requests per second of all servers, a panel per model, readable in light and dark."""
    rates = {
        model: {name: figures.points[_POINT].rate for name, figures in of.items()}
        for model, of in found.items()
        if of
    }
    scale = _Scale([rate for of in rates.values() for rate in of.values()])
    parts, top = [], float(_TOP)
    for model, of in rates.items():
        parts.append(_panel(model, of, scale, top))
        top += _HEAD + len(of) * (_BAR + _GAP)
    title = "Requests per second, 1 row, 64 connections, one core (logarithmic scale)"
    size = f'width="{_WIDTH}" height="{top:.0f}" viewBox="0 0 {_WIDTH} {top:.0f}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{title}">',
            f"<style>{_STYLE}</style>",
            f'<text class="title" x="12" y="26">{title}</text>',
            *parts,
            "</svg>\n",
        ]
    )


class _Scale:
    """Where a rate stands between the powers of ten around all rates."""

    def __init__(self, rates: list[float]) -> None:
        seen = [rate for rate in rates if rate > 0] or [1.0]
        self.low = math.floor(math.log10(min(seen)))
        self.high = max(math.ceil(math.log10(max(seen))), self.low + 1)

    def length(self, rate: float) -> float:
        """Of the bar, in pixels; nothing for a rate of zero."""
        if rate <= 0:
            return 0.0
        whole = _WIDTH - _NAMES - _VALUES
        return max(1.0, whole * (math.log10(rate) - self.low) / (self.high - self.low))


def _panel(model: str, of: Mapping[str, float], scale: _Scale, top: float) -> str:
    bottom = top + 14 + len(of) * (_BAR + _GAP)
    lines = [f'<text class="model" x="12" y="{top + 6:.0f}">{escape(model)}</text>']
    for power in range(scale.low, scale.high + 1):
        x = _NAMES + scale.length(10**power) * (power > scale.low)
        lines.append(
            f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top + 12:.0f}" y2="{bottom:.0f}"/>'
            f'<text class="faint" x="{x:.1f}" y="{top + 8:.0f}" text-anchor="middle">'
            f"{10**power:,}</text>"
        )
    ours = of.get(OURS, 0.0)
    for index, (name, rate) in enumerate(of.items()):
        y = top + 16 + index * (_BAR + _GAP)
        lines.append(_bar(name, rate, ours, (scale.length(rate), y)))
    return "\n".join(lines)


def _bar(name: str, rate: float, ours: float, place: tuple[float, float]) -> str:
    length, y = place
    kind = "ours" if name.startswith(OURS) else "peer"
    ratio = "" if kind == "ours" or not rate or not ours else f" (÷{ours / rate:.0f})"
    middle = y + _BAR - 3
    return (
        f'<text x="{_NAMES - 8}" y="{middle:.0f}" text-anchor="end">{escape(name)}</text>'
        f'<rect class="{kind}" x="{_NAMES}" y="{y:.0f}" width="{length:.1f}" height="{_BAR}"'
        ' rx="2"/>'
        f'<text x="{_NAMES + length + 6:.1f}" y="{middle:.0f}">{rate:,.0f}{ratio}</text>'
    )
