"""Sentences of refusals."""

from __future__ import annotations

from modelserver.refusals import ModelFailed, shown


def test_values_are_quoted_short() -> None:
    """A megabyte of input does not come back as an error."""
    assert ("'a'", 60) == (shown("a"), len(shown("x" * 1_000_000)))


def test_a_failed_model_says_nothing_of_its_inside() -> None:
    """The kind of fault is told, its text (which may hold data) is for the log."""
    expected = (
        "the model failed on this request (ValueError); the log of the server has the details"
    )
    assert expected == str(ModelFailed(ValueError("secret")))
