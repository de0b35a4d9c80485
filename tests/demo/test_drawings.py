"""The drawings of the concepts: as they lie in the repository, and readable."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from demo.drawings.__main__ import DRAWINGS, FOLDER
from demo.drawings.shapes import NOTE, WIDTH, Arrow, Box, Drawing, Note, Tone, wide
from demo.drawings.svg import svg

NAMED = [pytest.param(drawing, id=drawing.name) for drawing in DRAWINGS]
READABLE = 4.5
"""The contrast that WCAG 2 asks of text."""


@pytest.mark.parametrize("drawing", NAMED)
def test_the_file_is_what_is_drawn(drawing: Drawing) -> None:
    """`python -m demo.drawings` writes it anew."""
    assert svg(drawing) == (FOLDER / f"{drawing.name}.svg").read_text()


@pytest.mark.parametrize("drawing", NAMED)
def test_words_fit_and_nothing_lies_outside(drawing: Drawing) -> None:
    """Boxes have room for their words, and the paper for everything."""
    for shape in drawing.shapes:
        match shape:
            case Box():
                assert shape.tone is Tone.PLACE or [] == shape.too_wide()
                assert shape.x + shape.width <= WIDTH - 16
                assert shape.y + shape.height <= drawing.height - 16
            case Note():
                room = (WIDTH - abs(2 * shape.x - WIDTH)) if shape.middle else WIDTH - shape.x
                assert wide(shape.text, NOTE) <= room
                assert shape.y <= drawing.height - 6
            case Arrow():
                assert all(0 < x < WIDTH and 0 < y < drawing.height for x, y in shape.points)


def test_words_that_do_not_fit_are_found() -> None:
    """Else the test above would say nothing."""
    assert ["far too long a name"] == Box(0, 0, 60, 20, "far too long a name").too_wide()


def test_each_page_has_its_drawing_and_each_drawing_its_page() -> None:
    """Under the same name, and told in words to who does not see it."""
    pages = {path.stem for path in FOLDER.glob("*.md")}
    assert pages == {drawing.name for drawing in DRAWINGS}
    assert pages == {path.stem for path in FOLDER.glob("*.svg")}
    for drawing in DRAWINGS:
        assert f"]({drawing.name}.svg)" in (FOLDER / f"{drawing.name}.md").read_text()
        title = ET.fromstring(svg(drawing)).find("{http://www.w3.org/2000/svg}title")  # noqa: S314
        assert title is not None
        assert title.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_against_every_box_and_the_paper(scheme: str) -> None:
    """In both colour schemes."""
    light, dark = svg(DRAWINGS[0]).split("</style>")[0].split("@media(prefers-color-scheme:dark)")
    rules = light if scheme == "light" else dark
    fills = dict(re.findall(r"\.([\w-]+)\{fill:(#\w{6})", rules))
    (ink,) = re.findall(r"\}text\{fill:(#\w{6})", rules)
    grounds = [fills[name] for name in ("paper", *(tone for tone in Tone if tone != Tone.PLACE))]
    assert min(contrast(ink, ground) for ground in grounds) >= READABLE
    (warning,) = re.findall(r"text\.bad-words\{fill:(#\w{6})", rules)
    assert contrast(warning, fills["paper"]) >= READABLE


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 reckons it."""
    low, high = sorted(_luminance(colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
