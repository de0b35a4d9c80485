"""What gates ask for, and whether it is there."""

from __future__ import annotations

from decimal import Decimal

from trainyard.api.measures import Measured, MeasureKind, MeasureRequest
from trainyard.model_versions.gates.judgement import failed, passed, pending
from trainyard.model_versions.gates.measures import Found, measured_value, with_note

SIZE = MeasureRequest(kind=MeasureKind.SIZE)


def test_what_is_not_measured_yet_is_waited_for() -> None:
    """It can be measured."""
    expected = pending("size is not measured on these test rows so far")
    assert expected == measured_value("size", SIZE, {})


def test_what_could_not_be_measured_fails() -> None:
    """With the reason: no evidence is no pass."""
    found = measured_value("size", SIZE, {"Size": Measured(why="no such column")})
    assert failed("size was not measured: no such column") == found


def test_a_number_is_found() -> None:
    """Exactly."""
    value = Measured(value="12")
    assert Found(value, Decimal(12)) == measured_value("size", SIZE, {"Size": value})


def test_a_note_stands_in_brackets() -> None:
    """Where there is one."""
    assert passed("a (b)") == with_note(passed("a"), "b")
    assert passed("a") == with_note(passed("a"), "")
