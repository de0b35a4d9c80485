"""What may be said about CSV files."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from trainer.tasks.csv_options import CsvOptions


@pytest.mark.parametrize(
    ("document", "words"),
    [
        pytest.param({"delimiter": ",", "thousands": ","}, "must differ", id="one mark twice"),
        pytest.param({"decimal": ",", "thousands": ","}, "must differ", id="point and group"),
        pytest.param({"encoding": "klingon"}, "klingon is not known", id="no encoding"),
        pytest.param({"dateFormats": ["%Q"]}, "%Q is no form", id="no form of a date"),
        pytest.param({"delimiter": "ab"}, "at most 1", id="two marks"),
    ],
)
def test_what_cannot_be_followed_is_refused(document: dict[str, Any], words: str) -> None:
    """With the word that helps."""
    with pytest.raises(ValidationError, match=words):
        CsvOptions.model_validate(document)


def test_names_of_encodings_are_brought_into_one_form() -> None:
    """As Python knows them."""
    assert "cp1252" == CsvOptions(encoding="windows-1252").encoding
