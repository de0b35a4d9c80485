"""How do the costs look beside each other? An SVG with a bar for each contender.

On one core that is what it takes of the processor, which others on the machine hardly change; on
several, time.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from benchmarks.data.contenders import OURS
from benchmarks.data.measuring import Cost
from benchmarks.data.report import Figures, Point

_WIDTH, _NAMES, _VALUES = 860, 210, 190
_BAR, _GAP, _HEAD, _TOP = 14, 5, 30, 50
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .point { font-size: 13px; font-weight: 600; }
  .peer { fill: #8c959f; }
  .ours { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .peer { fill: #6e7681; }
    .ours { fill: #58a6ff; }
  }
"""
_TITLE = "A refresh: from start to stored version, and peak memory"


def drawn(figures: Figures) -> str:
    """What all contenders cost, a panel per point with a scale of its own."""
    parts, top = [], float(_TOP)
    for point, costs in figures.items():
        parts.append(_panel(point, costs, top))
        top += _HEAD + len(costs) * (_BAR + _GAP)
    size = f'width="{_WIDTH}" height="{top:.0f}" viewBox="0 0 {_WIDTH} {top:.0f}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{_TITLE}">',
            f"<style>{_STYLE}</style>",
            f'<text class="title" x="12" y="26">{_TITLE}</text>',
            *parts,
            "</svg>\n",
        ]
    )


def _panel(point: Point, costs: Mapping[str, Cost], top: float) -> str:
    lines = [f'<text class="point" x="12" y="{top + 6:.0f}">{escape(point.name)}</text>']
    alone = point.cores == 1
    seconds = {who: cost.cpu_seconds if alone else cost.seconds for who, cost in costs.items()}
    longest = max(seconds.values(), default=0) or 1
    for index, (who, cost) in enumerate(costs.items()):
        length = (_WIDTH - _NAMES - _VALUES) * seconds[who] / longest
        text = f"{seconds[who]:.1f} s{' of CPU' * alone}, {cost.peak_mib:,.0f} MiB"
        found = "failed" if cost.failed else text
        lines.append(_bar(who, found, length, top + 14 + index * (_BAR + _GAP)))
    return "\n".join(lines)


def _bar(who: str, found: str, length: float, y: float) -> str:
    kind = "ours" if who == OURS else "peer"
    middle = y + _BAR - 3
    return (
        f'<text x="{_NAMES - 8}" y="{middle:.0f}" text-anchor="end">{escape(who)}</text>'
        f'<rect class="{kind}" x="{_NAMES}" y="{y:.0f}" width="{length:.1f}" height="{_BAR}"'
        ' rx="2"/>'
        f'<text x="{_NAMES + length + 6:.1f}" y="{middle:.0f}">{found}</text>'
    )
