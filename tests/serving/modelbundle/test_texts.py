"""Which text a category holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbundle.texts import plain_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" left ", "left"),
        ("Zu\u0308rich", "Zürich"),
        ("TRUE", "true"),
        ("True story", "True story"),
        ("3.0", "3"),
        ("-12.00", "-12"),
        ("1.50", "1.50"),
        ("10", "10"),
        ("", ""),
        ("New\u00a0York", "New York"),
        ("\ufeffUl\u00adm\u200b", "Ulm"),
        ("TRUE\u200b", "true"),
        ("\u00a0", ""),
    ],
)
def test_one_value_has_one_text(text: str, expected: str) -> None:
    """However a program wrote it."""
    assert expected == plain_text(text)


@given(st.text())
def test_a_plain_text_stays_as_it_is(text: str) -> None:
    """Stored data and requests can both be brought into the form, once or twice."""
    assert plain_text(text) == plain_text(plain_text(text))
