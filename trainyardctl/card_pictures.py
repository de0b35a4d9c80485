"""What does a version's analysis look like? Pictures as SVG, the same for card, page and bill.

Colours are attributes, as the page's policy forbids styles; lines and texts have the colour of
what is around them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from trainyardctl.snapshot import Raw, at

IMPORTANCE, CALIBRATION = "importance.svg", "calibration.svg"
_BAR, _ROW, _NAMES, _WIDE, _EDGE = "#4a90c2", 22, 190, 340, 10
_SIDE = 240
_LONGEST = 26


def pictures_of(analysis: Raw, paper: str = "white") -> dict[str, str]:
    """Return pictures of what there is something of, by file name; `paper` is the colour behind
    them, empty for none.
    """
    columns = at(analysis, "importance.columns") or ()
    bins = analysis.get("calibration") or ()
    found = {}
    if columns:
        found[IMPORTANCE] = _importance(columns, str(at(analysis, "importance.loss")), paper)
    if bins:
        found[CALIBRATION] = _calibration(bins, paper)
    return found


def _importance(columns: Sequence[Raw], loss: str, paper: str) -> str:
    least = min(0.0, *(float(c["low"]) for c in columns))
    most = max(*(float(c["high"]) for c in columns), least + 1e-9)
    scale = _WIDE / (most - least)

    def x(value: object) -> float:
        return round(_NAMES + (float(str(value)) - least) * scale, 1)

    def drawn() -> Iterator[str]:
        for number, column in enumerate(columns):
            top = _EDGE + number * _ROW
            middle, name = top + _ROW // 2, str(column["name"])
            short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
            yield _text(_NAMES - 8, middle + 4, short, "end")
            left, right = sorted((x(0), x(column["value"])))
            yield (
                f'<rect x="{left}" y="{top + 4}" width="{right - left:.1f}" height="{_ROW - 8}"'
                f' fill="{_BAR}"/>'
            )
            yield _line(x(column["low"]), middle, x(column["high"]), middle)
        bottom = _EDGE + len(columns) * _ROW
        yield _line(x(0), _EDGE, x(0), bottom)
        yield _text(_NAMES, bottom + 16, f"more {loss} when shuffled, with 95 % bounds", "start")

    parts = (f"{c['name']} {c['value']}" for c in columns)
    height = 2 * _EDGE + len(columns) * _ROW + 14
    what = f"What shuffling a column costs: {', '.join(parts)}"
    return _svg(_NAMES + _WIDE + _EDGE, height, what, drawn(), paper)


def _calibration(bins: Sequence[Raw], paper: str) -> str:
    left = 4 * _EDGE

    def x(value: object) -> float:
        return round(left + float(str(value)) * _SIDE, 1)

    def y(value: object) -> float:
        return round(_EDGE + (1 - float(str(value))) * _SIDE, 1)

    def drawn() -> Iterator[str]:
        yield _line(x(0), y(0), x(1), y(0))
        yield _line(x(0), y(0), x(0), y(1))
        yield _line(x(0), y(0), x(1), y(1), dashed=True)
        for mark in (0, 0.5, 1):
            yield _text(left - 6, y(mark) + 4, f"{mark:g}", "end")
            yield _text(x(mark), y(0) + 16, f"{mark:g}", "middle")
        for found in bins:
            across = x(found["predicted"])
            yield _line(across, y(found["low"]), across, y(found["high"]))
            yield f'<circle cx="{across}" cy="{y(found["value"])}" r="4" fill="{_BAR}"/>'
        yield _text(left, y(0) + 32, "predicted, against the share that came true", "start")

    parts = (f"{b['predicted']} came true in {b['value']}" for b in bins)
    what = f"Of what was predicted with probability {', '.join(parts)}"
    return _svg(left + _SIDE + 2 * _EDGE, _SIDE + _EDGE + 40, what, drawn(), paper)


def _svg(width: int, height: int, what: str, drawn: Iterator[str], paper: str) -> str:
    behind = f'<rect width="{width}" height="{height}" fill={quoteattr(paper)}/>' if paper else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-label={quoteattr(what)} font-family="sans-serif"'
        f' font-size="12">{behind}{"".join(drawn)}</svg>\n'
    )


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="currentColor">{escape(words)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="4 4"' if dashed else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="currentColor"{dash}/>'
