"""In which forms is a version's card written, and where to?"""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path

from trainyardctl.card_document import card_document
from trainyardctl.card_pictures import pictures_of
from trainyardctl.ml_bom import ml_bom
from trainyardctl.model_card import model_card
from trainyardctl.provenance import provenance
from trainyardctl.recorded import Recorded

CARD_NAME = "README.md"
"""Where model hubs look for a card."""


class CardFormat(StrEnum):
    """In which form a card is written."""

    MARKDOWN = "markdown"
    JSON = "json"
    CYCLONEDX = "cyclonedx"
    IN_TOTO = "in-toto"


_DOCUMENTS = {
    CardFormat.JSON: card_document,
    CardFormat.CYCLONEDX: ml_bom,
    CardFormat.IN_TOTO: provenance,
}


def card_in(form: CardFormat, of: Recorded) -> str:
    """Return the card in this form."""
    if form is CardFormat.MARKDOWN:
        return model_card(of).rstrip("\n")
    return json.dumps(_DOCUMENTS[form](of), indent=2, ensure_ascii=False)


def write_card(of: Recorded, folder: Path) -> list[Path]:
    """The folder holds the card as Markdown, and its pictures; returns their paths."""
    pictures = pictures_of(of.analysis)
    folder.mkdir(parents=True, exist_ok=True)
    files = {CARD_NAME: model_card(of, pictures), **pictures}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]
