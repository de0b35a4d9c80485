"""Columns that only a person can decide about."""

from __future__ import annotations

import pytest

from trainer.checks.ambiguous_columns import ambiguity_failure
from trainer.files.row_numbers import RowNumbers
from trainer.rows.cell_forms import NUMBER_LIKE, NUMBERS, Form
from trainer.rows.schema import Ambiguity


@pytest.mark.parametrize(
    ("found", "count", "words"),
    [
        pytest.param(
            Ambiguity("n", NUMBERS, {Form.INTEGER: 239, Form.TEXT: 1}, ((18, "?"),)),
            1,
            ["239 of 240 cells are whole numbers, row 18 is ?", "csv.nullValues"],
            id="one word",
        ),
        pytest.param(
            Ambiguity("a", NUMBER_LIKE, {Form.DECIMAL_COMMA: 9, Form.INTEGER: 1}, ((1, "1,5"),)),
            10,
            ["10 of 10 cells are whole numbers or numbers with a decimal comma", "csv.decimal"],
            id="decimal commas",
        ),
    ],
)
def test_the_sentence_counts_quotes_and_says_what_to_do(
    found: Ambiguity, count: int, words: list[str]
) -> None:
    """The first cells are its examples."""
    failure = ambiguity_failure(found, RowNumbers(()))
    assert [] == [word for word in words if word not in failure.message]
    assert (count, f"row {found.cells[0][0]}: {found.cells[0][1]}") == (
        failure.count,
        failure.examples[0],
    )
