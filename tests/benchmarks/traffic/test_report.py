"""What a walk is said to have come to."""

from __future__ import annotations

import json

import pytest

from benchmarks.traffic.callers import Tally, Way
from benchmarks.traffic.report import figures_of, shown, text
from benchmarks.traffic.trail import Change, Trail


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
    found = figures_of(tally(), {"undo": 4.0}, weights, Trail())
    assert ((), holds, 1) == (tuple(found.lost), found.holds, found.by_the_bad_version)


def test_a_loss_is_told_with_what_changed_around_it() -> None:
    """And fails the walk; of losses at one moment what changed is told once."""
    counted = tally()
    for _ in range(2):
        lost = counted.note_lost(Way.ONE_SHOT, 0.0, "ClientOSError errno=104 reset")
        counted.note_led(lost, "10.0.0.1 CLOSE")
    at = counted.lost[-1].at
    trail = Trail([Change(at - 2, "Service/m leads to r")], longest_standstill=0.5)
    trail.owners["10.0.0.1"] = "m-1"
    found = figures_of(counted, {"undo": 4.0}, {}, trail)
    assert not found.holds
    said = shown(found)
    assert "| undo | 4 | 1 | 0 | 1 | 2 |" in said
    assert "2 of 4 requests lost" in said
    assert "errno=104 reset, led to 10.0.0.1 CLOSE m-1 (undo)" in said
    assert "no turn for 0.50 s" in said
    assert 1 == said.count("-2.000 s Service/m leads to r")
    assert "undo" == json.loads(text([found]))[0]["lost"][0]["loss"]["scene"]


def test_what_a_plain_deployment_lost_stands_beside_it() -> None:
    """It excuses nothing: the walk holds by the model's requests alone."""
    beside = Tally("undo")
    beside.note_good(Way.KEPT, "r")
    beside.note_lost(Way.ONE_SHOT, 0.0, "ClientOSError errno=111 refused")
    found = figures_of(tally(), {"undo": 4.0}, {}, Trail(), beside)
    assert found.holds
    said = shown(found)
    assert "| undo | 4 | 1 | 0 | 1 | 0 | 1 | 1 |" in said
    assert "of the plain Deployment 1 of 2 requests were lost" in said
