"""A drawing as SVG, which is read in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from demo.drawings.shapes import LINE, NOTE, TITLE, WIDTH, Arrow, Box, Drawing, Note, Tone

_LIGHT = {
    "paper": "#ffffff", "ink": "#0f172a", "line": "#475569", "warn": "#b91c1c",
    Tone.DATA: "#ecfeff #0891b2", Tone.WORK: "#eef2ff #4f46e5", Tone.GOOD: "#f0fdf4 #16a34a",
    Tone.SERVE: "#fff7ed #ea580c", Tone.WATCH: "#f8fafc #64748b", Tone.BAD: "#fef2f2 #b91c1c",
}  # fmt: skip
_DARK = {
    "paper": "#0f172a", "ink": "#f1f5f9", "line": "#94a3b8", "warn": "#fca5a5",
    Tone.DATA: "#083344 #22d3ee", Tone.WORK: "#1e1b4b #a5b4fc", Tone.GOOD: "#052e16 #4ade80",
    Tone.SERVE: "#431407 #fb923c", Tone.WATCH: "#1e293b #94a3b8", Tone.BAD: "#450a0a #f87171",
}  # fmt: skip
_SPACE = 18


def svg(drawing: Drawing) -> str:
    """Return the file's text; it brings its own paper, so it is readable on any page."""
    size = f'viewBox="0 0 {WIDTH} {drawing.height}" width="{WIDTH}" height="{drawing.height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{escape(drawing.told)}</title>",
        f"<style>{_style()}</style>",
        f"<defs>{_tip('tip', 'line')}{_tip('bad-tip', 'warn')}</defs>",
        f'<rect class="paper" width="{WIDTH}" height="{drawing.height}" rx="8"/>',
    ]
    for shape in drawing.shapes:
        match shape:
            case Box():
                lines.extend(_box(shape))
            case Arrow():
                lines.append(_arrow(shape))
            case Note():
                lines.append(_note(shape))
    return "\n".join([*lines, "</svg>", ""])


def _style() -> str:
    fixed = (
        "text{font-family:Inter,Helvetica,Arial,sans-serif}"
        f".title{{font-size:{TITLE}px;font-weight:600}}.words{{font-size:{LINE}px}}"
        f".note{{font-size:{NOTE}px}}.middle{{text-anchor:middle}}"
        "rect{stroke-width:1.5}.arrow{fill:none;stroke-width:1.8}"
        ".place{fill:none;stroke-dasharray:6 4}"
    )
    return f"{fixed}{_colours(_LIGHT)}@media(prefers-color-scheme:dark){{{_colours(_DARK)}}}"


def _colours(palette: dict[str, str]) -> str:
    tones = (
        f".{tone}{{fill:{pair.split()[0]};stroke:{pair.split()[1]}}}"
        for tone, pair in palette.items()
        if " " in pair
    )
    return (
        f".paper{{fill:{palette['paper']}}}text{{fill:{palette['ink']}}}"
        f".line{{stroke:{palette['line']}}}.line-fill{{fill:{palette['line']}}}"
        f".warn{{stroke:{palette['warn']}}}.warn-fill,text.bad-words{{fill:{palette['warn']}}}"
        f".place{{stroke:{palette['line']}}}{''.join(tones)}"
    )


def _tip(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" '
        f'markerHeight="7" orient="auto-start-reverse">'
        f'<path class="{colour}-fill" d="M0 0 10 5 0 10z"/></marker>'
    )


def _box(box: Box) -> Iterator[str]:
    place = f'x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}"'
    yield f'<rect class="{box.tone}" {place} rx="8"/>'
    if box.tone is Tone.PLACE:
        yield f'<text class="note" x="{box.x + 10}" y="{box.y + 18}">{escape(box.title)}</text>'
        return
    middle = box.x + box.width // 2
    top = box.y + (box.height - _SPACE * len(box.lines)) // 2 + 5
    yield f'<text class="title middle" x="{middle}" y="{top}">{escape(box.title)}</text>'
    for number, line in enumerate(box.lines, 1):
        y = top + _SPACE * number
        yield f'<text class="words middle" x="{middle}" y="{y}">{escape(line)}</text>'


def _arrow(arrow: Arrow) -> str:
    path = "L".join(f"{x} {y}" for x, y in arrow.points)
    colour, tip = ("warn", "bad-tip") if arrow.bad else ("line", "tip")
    return f'<path class="arrow {colour}" d="M{path}" marker-end="url(#{tip})"/>'


def _note(note: Note) -> str:
    classes = ["note", *(["middle"] if note.middle else []), *(["bad-words"] if note.bad else [])]
    return f'<text class="{" ".join(classes)}" x="{note.x}" y="{note.y}">{escape(note.text)}</text>'
