"""Numbers and truths in texts."""

from __future__ import annotations

import pyarrow as pa

from trainer.files.cell_rules import USUAL, CellRules
from trainer.rows.numerals import (
    floats_of_texts,
    in_computer_form,
    integers_of_texts,
    plain_numeral,
    truths_of_texts,
)

_GERMAN = CellRules(decimal=",", thousands=".")


def test_a_cell_that_is_no_number_takes_no_other_with_it() -> None:
    """It alone is null."""
    assert [1.5, None, 2.0] == floats_of_texts(pa.array(["1.5", "x", "2"]), USUAL).to_pylist()
    assert [1, None, 2] == integers_of_texts(pa.array(["1", "0x10", "2.0"]), USUAL).to_pylist()
    assert [True, None] == truths_of_texts(pa.array(["Yes", "2"]), USUAL).to_pylist()


def test_declared_marks_are_brought_into_computer_form() -> None:
    """One cell and a column alike; what is not of the form stays none."""
    texts = ["1.234,5", "12", "1.23", "-,5"]
    assert ["1234.5", "12", "?", "-.5"] == in_computer_form(pa.array(texts), _GERMAN).to_pylist()
    assert ["1234.5", "12", None, "-.5"] == [plain_numeral(text, _GERMAN) for text in texts]
