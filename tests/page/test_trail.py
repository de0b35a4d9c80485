"""What is kept of a release while it goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from a_namespace import deployment, releasing

from trainyardpage.trail import MOST_LOOKS, NOTHING, ArmLook, Trail, trail_after

BEGIN = datetime(2026, 5, 5, 10, tzinfo=UTC)


def at(second: int, release: str = "wine-2#1", **rollout: Any) -> dict[str, Any]:
    """Return the status of a release whose evidence reaches to that second."""
    until = (BEGIN + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")
    return releasing(id=release, observedUntil=until, weightPercent=20, **rollout)


def followed(*statuses: dict[str, Any]) -> Trail:
    """Return the trail of these statuses."""
    trail = NOTHING
    for status in statuses:
        trail = trail_after(trail, status)
    return trail


def seconds(trail: Trail) -> list[int]:
    """Return when the looks were."""
    return [int((look.at - BEGIN).total_seconds()) for look in trail.looks]


def test_each_look_is_kept_once() -> None:
    """The same evidence again, or older evidence, is no look."""
    assert [0, 15] == seconds(followed(at(0), at(0), at(15), at(0), at(15)))


def test_a_look_has_weight_verdict_and_bounds() -> None:
    """What is not known is None."""
    arms = [
        {
            "name": "Stable",
            "requests": 90,
            "errors": 2,
            "errorPercent": {"low": "0.2", "high": "7"},
        },
        {"name": "Canary", "errorPercent": {"low": "odd", "high": None}},
    ]
    (look,) = followed(at(0, arms=arms)).looks
    assert (20, "NoEvidence") == (look.weight, look.verdict)
    assert {"Stable": ArmLook(90, 2, 0.2, 7.0), "Canary": ArmLook(0, 0, None, None)} == look.arms


def test_a_release_that_ended_stays_until_the_next() -> None:
    """People look at what went wrong afterwards."""
    ended = followed(at(0), at(15), deployment())
    assert [0, 15] == seconds(ended)
    assert [30] == seconds(trail_after(ended, at(30, release="wine-3#4")))


def test_evidence_without_a_time_is_no_look() -> None:
    """A release that just began, or a status that nobody can read."""
    assert NOTHING == followed(releasing(), releasing(observedUntil="soon"))
    assert NOTHING == followed(releasing(observedUntil="2026-05-05T10:00:00"))


def test_a_long_release_is_kept_thinner_and_whole() -> None:
    """From its first look to the newest, at even distances, within bounds."""
    for count in (MOST_LOOKS, MOST_LOOKS + 1, 1000):
        found = seconds(followed(*(at(second) for second in range(count))))
        assert len(found) <= MOST_LOOKS + 1
        assert len(found) > MOST_LOOKS // 3
        assert (0, count - 1) == (found[0], found[-1])
        apart = [after - before for before, after in pairwise(found)]
        assert max(apart) <= 4 * min(apart[:-1])
