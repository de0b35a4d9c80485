"""What readers remember about rows that cannot be read."""

from __future__ import annotations

import pytest

from trainer.files.raw_batch import Unreadable
from trainer.files.row_numbers import MAX_UNREADABLE
from trainer.pod.exits import UserFault


def test_the_first_texts_and_all_numbers_are_kept() -> None:
    """Three examples are enough; numbers are needed to call later rows rightly."""
    found = Unreadable("a.csv")
    for number in range(1, 6):
        found.add(number, f"text {number}")
    assert ([1, 2, 3, 4, 5], ["text 1", "text 2", "text 3"]) == (found.numbers, found.texts)


def test_too_many_are_another_format() -> None:
    """Memory stays bounded, and the user learns the likely cause."""
    found = Unreadable("a.csv")
    for number in range(1, MAX_UNREADABLE + 1):
        found.add(number, "x")
    with pytest.raises(UserFault, match=r"file a\.csv: over 1000 rows .* is the format right"):
        found.add(MAX_UNREADABLE + 1, "x")
