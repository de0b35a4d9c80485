"""How do the rules look beside each other? An SVG: false rollbacks, and failed requests served."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

from benchmarks.decisions.measuring import OF_FLAGGER, OURS, Result

_WIDTH, _NAMES, _BAR, _GAP = 900, 340, 10, 8
_SHOWN = {OURS: "ours", OF_FLAGGER: "flagger", "Argo Rollouts, 99 %": "argo"}
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .ours { fill: #0969da; }
  .flagger { fill: #8c959f; }
  .argo { fill: #d0a215; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .ours { fill: #58a6ff; } }
"""


def drawn(results: Sequence[Result]) -> str:
    """Healthy scenarios above, bad ones below, each with a scale of its own."""
    good = [r for r in results if r.scenario.healthy]
    bad = [r for r in results if not r.scenario.healthy and not r.scenario.timed]
    first, top = _panel("Healthy versions rolled back, in percent", good, _percent, 100, 50.0)
    title = "Requests that a bad version failed until it was rolled back (…: never)"
    second, bottom = _panel(title, bad, _failed, None, top + 40)
    legend = [
        f'<rect class="{kind}" x="{12 + 220 * i}" y="12" width="12" height="12"/>'
        f'<text x="{30 + 220 * i}" y="22">{escape(rule)}</text>'
        for i, (rule, kind) in enumerate(_SHOWN.items())
    ]
    size = f'width="{_WIDTH}" height="{bottom:.0f}" viewBox="0 0 {_WIDTH} {bottom:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="Decisions">'
    return "\n".join([head, f"<style>{_STYLE}</style>", *legend, *first, *second, "</svg>\n"])


def _percent(result: Result) -> tuple[float, str]:
    return result.outcome.percent, f"{result.outcome.percent:.1f}"


def _failed(result: Result) -> tuple[float, str]:
    found = result.outcome
    return found.failed_requests, f"{found.failed_requests:.0f}{'' if found.rolled_back else ' …'}"


def _panel(
    title: str,
    results: Sequence[Result],
    value: Callable[[Result], tuple[float, str]],
    whole: float | None,
    top: float,
) -> tuple[list[str], float]:
    """The lines and where they end; `whole`: what the longest bar is, None: the most of each."""
    lines = [f'<text class="title" x="12" y="{top:.0f}">{escape(title)}</text>']
    y = top + 14
    for name in dict.fromkeys(r.scenario.name for r in results):
        rows = {r.rule: value(r) for r in results if r.scenario.name == name and r.rule in _SHOWN}
        most = whole or max(number for number, _ in rows.values()) or 1
        middle = y + (_BAR + 1) * len(rows) / 2 + 4
        lines.append(_text(_NAMES - 8, middle, name, ' text-anchor="end"'))
        for rule, (number, shown) in rows.items():
            length = (_WIDTH - _NAMES - 70) * number / most
            size = f'x="{_NAMES}" y="{y:.0f}" width="{length:.1f}" height="{_BAR}"'
            lines.append(f'<rect class="{_SHOWN[rule]}" {size}/>')
            lines.append(_text(_NAMES + length + 5, y + _BAR, shown))
            y += _BAR + 1
        y += _GAP
    return lines, y


def _text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.0f}"{more}>{escape(words)}</text>'
