"""How texts are understood."""

from __future__ import annotations

from trainer.files.cell_rules import USUAL, CellRules


def test_own_words_replace_the_usual_ones() -> None:
    """An empty cell is missing always."""
    assert {"NA", "NULL", ""} <= set(USUAL.missing_words)
    assert ("", "?") == CellRules(null_values=("?",)).missing_words
    assert ("", "n.k.") == CellRules(null_values=("N.K.",)).missing_among_values


def test_what_people_write_is_missing_among_numbers_only() -> None:
    """`none` may be an answer."""
    assert "none" in USUAL.missing_among_values
    assert "none" not in USUAL.missing_words
