"""The same card for people and machines, with its pictures beside it.

Proves: trainyardctl/card_analysis.py, trainyardctl/card_document.py, trainyardctl/card_table.py
Proves: trainyardctl/card_pictures.py, trainyardctl/front_matter.py, trainyardctl/recorded.py
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from a_recorded_version import all_recorded, alone

from trainyardctl.card_forms import CARD_NAME, CardFormat, card_in, write_card
from trainyardctl.card_pictures import CALIBRATION, IMPORTANCE, pictures_of

TEXT = "{http://www.w3.org/2000/svg}text"


def leaves(document: Any) -> Iterator[str]:
    """Yield every text of a document."""
    if isinstance(document, dict):
        for part in document.values():
            yield from leaves(part)
    elif isinstance(document, list):
        for part in document:
            yield from leaves(part)
    elif isinstance(document, str):
        yield document


def test_the_analysis_of_the_document_is_told_in_the_markdown() -> None:
    """Every number and name; so are people, approvals, gates and live quality."""
    document = json.loads(card_in(CardFormat.JSON, all_recorded()))
    markdown = " ".join(card_in(CardFormat.MARKDOWN, all_recorded()).split()).lower()
    told = [
        *leaves(document["version"]["quantitativeAnalysis"]),
        *leaves(document["card"]),
        *(approval["approver"] for approval in document["approvals"]),
        *leaves(document["gates"]),
        *leaves(document["liveQuality"]),
    ]
    assert len(told) > 40
    missing = [text for text in told if " ".join(text.split()).lower() not in markdown]
    assert [] == missing


def test_what_is_not_recorded_is_no_member_with_a_guess() -> None:
    """Empty or absent."""
    document = json.loads(card_in(CardFormat.JSON, alone()))
    assert ({}, {}, [], [], []) == tuple(
        document[name] for name in ("card", "data", "gates", "service", "liveQuality")
    )
    assert "quantitativeAnalysis" not in document["version"]


def test_a_folder_has_card_and_pictures(tmp_path: Path) -> None:
    """The card names the pictures that lie beside it, and no other."""
    found = write_card(all_recorded(), tmp_path / "wine")
    assert [CARD_NAME, IMPORTANCE, CALIBRATION] == [path.name for path in found]
    text = found[0].read_text("utf-8")
    assert all(f"]({path.name})" in text for path in found[1:])
    (only,) = write_card(alone(), tmp_path / "nothing")
    assert ".svg" not in only.read_text("utf-8")
    assert ".svg" not in card_in(CardFormat.MARKDOWN, all_recorded())


def test_a_picture_is_a_document_whatever_a_column_is_called() -> None:
    """It says in words what it shows; a bar is as long as its value."""
    pictures = pictures_of(all_recorded().analysis)
    root = ElementTree.fromstring(pictures[IMPORTANCE])  # noqa: S314 made here
    assert 'a<b & "c"' in [text.text for text in root.iter(TEXT)]
    assert "alcohol 0.2" in root.attrib["aria-label"]
    _, long, short = (float(r.attrib["width"]) for r in root.iter(TEXT.replace("text", "rect")))
    assert abs(long / short - 20) < 0.5
    curve = ElementTree.fromstring(pictures[CALIBRATION])  # noqa: S314 made here
    dots = curve.iter(TEXT.replace("text", "circle"))
    assert [("64.0", "250.0"), ("256.0", "10.0")] == [
        (dot.attrib["cx"], dot.attrib["cy"]) for dot in dots
    ]
