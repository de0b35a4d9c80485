"""A row of the table."""

from __future__ import annotations

from toys import toy_controller

from trainyard.reconciling.controller import no_state


def test_a_row_is_named_by_its_model() -> None:
    """There is no second place where the kind is written."""
    assert "Toy" == toy_controller().kind


def test_a_row_shows_no_state_unless_it_says_so() -> None:
    """/metrics has nothing to tell of it."""
    assert () == tuple(no_state(None))
