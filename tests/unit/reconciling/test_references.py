"""Who names whom, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from trainyard.reconciling.references import Named, References


def named_by(raw: Any) -> Iterator[Named]:
    """Yield what the object says it names."""
    yield from raw["names"]


@pytest.fixture
def references() -> References:
    """Give an index in which job a names data x, and job b names data x and y."""
    made = References({"Job": named_by})
    made.update("Job", ("ns", "a"), {"names": [("Data", "x")]})
    made.update("Job", ("ns", "b"), {"names": [("Data", "x"), ("Data", "y")]})
    return made


def test_both_directions_are_known(references: References) -> None:
    """Whether what is named exists or not."""
    assert {"a", "b"} == references.referrers("Data", ("ns", "x"), by="Job")
    assert {"x", "y"} == references.named("Job", ("ns", "b"), "Data")


def test_names_are_of_one_namespace(references: References) -> None:
    """A reference never leaves it."""
    assert set() == references.referrers("Data", ("elsewhere", "x"), by="Job")


def test_what_is_named_no_more_is_forgotten(references: References) -> None:
    """A changed spec names something else."""
    references.update("Job", ("ns", "b"), {"names": [("Data", "y")]})
    assert {"a"} == references.referrers("Data", ("ns", "x"), by="Job")
    assert {"y"} == references.named("Job", ("ns", "b"), "Data")


def test_what_is_gone_names_nothing(references: References) -> None:
    """Nobody is woken for it any more."""
    references.update("Job", ("ns", "a"), None)
    references.update("Job", ("ns", "b"), None)
    assert set() == references.referrers("Data", ("ns", "x"), by="Job")


def test_kinds_that_name_nothing_cost_nothing(references: References) -> None:
    """Their changes are not even looked at."""
    references.update("Pod", ("ns", "p"), {})
    assert set() == references.named("Pod", ("ns", "p"), "Data")
