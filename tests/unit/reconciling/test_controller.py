"""A row of the table."""

from __future__ import annotations

from toys import toy_controller

from trainyard.reconciling.controller import names_nothing, no_state, whole


def test_a_row_is_named_by_its_model() -> None:
    """There is no second place where the kind is written."""
    assert "Toy" == toy_controller().kind


def test_a_row_shows_no_state_unless_it_says_so() -> None:
    """/metrics has nothing to tell of it."""
    assert () == tuple(no_state(None))


def test_a_row_names_nothing_unless_it_says_so() -> None:
    """Most kinds stand for themselves."""
    assert () == tuple(names_nothing({}))


def test_a_whole_view_is_blind_to_what_each_write_changes() -> None:
    """Otherwise every write of the same would be news."""
    first, second = ({"metadata": {"name": "a", "resourceVersion": v}, "spec": 1} for v in "12")
    assert whole(first) == whole(second)
    assert whole(first) != whole({**first, "spec": 2})
