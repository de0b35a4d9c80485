"""What moved, as a person would say it."""

from __future__ import annotations

import pytest

from trainyard.model_deployments.analysis.bin_words import (
    BINS_COMPARED,
    ComparedBin,
    compared_bins,
    moved_bins,
)
from trainyard.model_deployments.analysis.binned_columns import Bin


def bins(*of: tuple[str, int], missing: int = 0) -> list[Bin]:
    """Return bins with what they hold and their counts."""
    numbered = [Bin(str(i), holds, count) for i, (holds, count) in enumerate(of)]
    return [*numbered, Bin("missing", "missing", missing)]


AGES = bins(("(-inf, 18.0)", 2), ("[18.0, 40.5)", 58), ("[40.5, +inf)", 40))
CITIES = bins(("Rome", 60), ("Bari", 30), ("all others", 10))


@pytest.mark.parametrize(
    ("reference", "live", "words"),
    [
        pytest.param(
            AGES, [31, 39, 30, 0], "below 18: 2 % → 31 %, 18 to 40.5: 58 % → 39 %", id="numbers"
        ),
        pytest.param(
            AGES, [2, 20, 78, 0], "18 to 40.5: 58 % → 20 %, 40.5 or more: 40 % → 78 %", id="above"
        ),
        pytest.param(
            AGES, [1, 29, 20, 50], "missing: 0 % → 50 %, 18 to 40.5: 58 % → 29 %", id="missing"
        ),
        pytest.param(
            CITIES, [60, 0, 40, 0], '"Bari": 30 % → 0 %, any other text: 10 % → 40 %', id="texts"
        ),
        pytest.param(
            bins(("(-inf, +inf)", 9), missing=1),
            [5, 5],
            "missing: 10 % → 50 %, any number: 90 % → 50 %",
            id="one bin",
        ),
        pytest.param(
            bins(("x" * 50, 50), ("all others", 50)),
            [100, 0, 0],
            f'any other text: 50 % → 0 %, "{"x" * 39}…": 50 % → 100 %',
            id="a long text",
        ),
        pytest.param(AGES, [2, 58, 40, 0], "", id="nothing moved"),
        pytest.param(
            bins(("(-inf, 0.5)", 995), ("[0.5, +inf)", 5)),
            [1000, 0, 0],
            "0.5 or more: 0.5 % → 0 %, below 0.5: 100 % → 100 %",
            id="a small share",
        ),
    ],
)
def test_the_bins_that_moved_most_are_named(
    reference: list[Bin], live: list[int], words: str
) -> None:
    """With their shares before and after."""
    assert words == moved_bins(reference, live)


def test_every_bin_is_compared_in_the_order_of_the_profile() -> None:
    """With its shares in percent."""
    assert (
        ComparedBin("below 18", "2", "31"),
        ComparedBin("18 to 40.5", "58", "39"),
        ComparedBin("40.5 or more", "40", "30"),
        ComparedBin("missing", "0", "0"),
    ) == compared_bins(AGES, [31, 39, 30, 0])


def test_of_many_bins_those_that_moved_most_are_compared() -> None:
    """A status stays small."""
    many = bins(*((f"city {n}", 10) for n in range(40)))
    found = compared_bins(many, [10] * 39 + [100, 0])
    assert (BINS_COMPARED, '"city 39"') == (len(found), found[-1].holds)
