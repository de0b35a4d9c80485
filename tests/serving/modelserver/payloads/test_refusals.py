"""Sentences of refusals."""

from __future__ import annotations

import time
from typing import Any

from modelserver.payloads.refusals import ModelFailed, listed, shown


def test_values_are_quoted_short() -> None:
    """A megabyte of input does not come back as an error."""
    assert ("'a'", 60) == (shown("a"), len(shown("x" * 1_000_000)))


def test_deep_and_large_values_are_quoted_as_quickly() -> None:
    """`repr` of a thousand lists in one another raises; of ten million numbers it takes seconds."""
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    started = time.perf_counter()
    quoted = [shown(nested), shown([7] * 1_000_000), shown(dict.fromkeys(range(100_000)))]
    assert ["[[[[[...]]]]]", "[7, 7, 7, 7, 7, 7, 7, 7, ...]"] == quoted[:2]
    assert (True, True) == (len(quoted[2]) <= 60, time.perf_counter() - started < 5)
    while nested:
        nested = nested.pop()


def test_a_failed_model_says_nothing_of_its_inside() -> None:
    """The kind of fault is told, its text (which may hold data) is for the log."""
    expected = (
        "the model failed on this request (ValueError); the log of the server has the details"
    )
    assert expected == str(ModelFailed(ValueError("secret")))


def test_names_of_a_wide_model_are_not_all_listed() -> None:
    """A sentence of bounded length goes through every transport."""
    assert "a, b" == listed(("a", "b"))
    wide = tuple(f"feature {number}" for number in range(500))
    assert listed(wide).endswith("feature 9, … (500 in all)")
    assert len(listed(tuple("x" * 10_000 for _ in range(500)))) < 700
