"""What a walk is said to have come to."""

from __future__ import annotations

import json

import pytest

from benchmarks.traffic.callers import Tally, Way
from benchmarks.traffic.report import figures_of, shown, text
from benchmarks.traffic.trail import Change


def tally() -> Tally:
    """Return two good answers, a refusal of a bad version, and a loss."""
    found = Tally("undo")
    found.note_good(Way.KEPT, "r")
    found.note_good(Way.GRPC, "r")
    found.note_lost(Way.KEPT, 0.0, "400 bad rows", "worse")
    return found


@pytest.mark.parametrize(
    ("weights", "holds"),
    [
        pytest.param({}, True, id="no weight was held"),
        pytest.param({"undo": 21.9}, True, id="within two points"),
        pytest.param({"undo": 22.1}, False, id="beyond"),
    ],
)
def test_what_the_bad_version_answered_itself_is_no_loss(
    weights: dict[str, float], *, holds: bool
) -> None:
    """Weights are to be as decided."""
    found = figures_of(tally(), {"undo": 4.0}, weights, {})
    assert ((), holds, 1) == (tuple(found.lost), found.holds, found.by_the_bad_version)


def test_a_loss_is_told_with_what_changed_around_it() -> None:
    """And fails the walk."""
    counted = tally()
    counted.note_lost(Way.ONE_SHOT, 0.0, "ClientOSError errno=104 reset")
    at = counted.lost[-1].at
    around = {at: [Change(at - 2, "Service/m leads to r")]}
    found = figures_of(counted, {"undo": 4.0}, {}, around, 0.5)
    assert not found.holds
    said = shown(found)
    assert "| undo | 4 | 1 | 0 | 1 | 1 |" in said
    assert "1 of 3 requests lost" in said
    assert "errno=104" in said
    assert "no turn for 0.50 s" in said
    assert "-2.000 s Service/m leads to r" in said
    assert "undo" == json.loads(text([found]))[0]["lost"][0][0]["scene"]
