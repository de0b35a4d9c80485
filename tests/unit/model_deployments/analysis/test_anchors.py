"""Where counters stood, small enough for a status."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trainyard.model_deployments.analysis.anchors import anchor_of, restored, summed
from trainyard.model_deployments.analysis.evidence import (
    Arms,
    Counts,
    Interval,
    Snapshot,
    interval_between,
)

ARMS = Arms("s", "c")
EDGES = ("1", "+Inf")
BEFORE = Snapshot({"p": {"s": Counts(10, 1, (5, 10))}, "q": {"c": Counts(2, 0, (2, 2))}}, EDGES)
AFTER = Snapshot({"p": {"s": Counts(30, 2, (20, 30))}, "q": {"c": Counts(5, 1, (4, 5))}}, EDGES)
PROCESSES = ("p.0", "q.0")


def test_an_interval_may_begin_at_an_anchor() -> None:
    """It is what the pods themselves would have told, in whatever order they are named."""
    anchor = anchor_of(BEFORE, ARMS, PROCESSES)
    assert anchor is not None
    assert ((10, 1, 5, 10), (2, 0, 2, 2)) == (anchor.stable, anchor.canary)
    old = restored(anchor, AFTER, ARMS, PROCESSES[::-1])
    assert old is not None
    found = interval_between(old, summed(AFTER, ARMS), ARMS)
    assert Interval(Counts(20, 1, (15, 20)), Counts(3, 1, (2, 3)), EDGES) == found
    assert found == interval_between(BEFORE, AFTER, ARMS)


def test_what_is_counted_apart_has_its_place() -> None:
    """So that a restart of the operator loses none of it."""
    arms = Arms("s", "c", "m")
    before = replace(BEFORE, pods={**BEFORE.pods, "r": {"m": Counts(3, 0, (1, 3))}})
    after = replace(AFTER, pods={**AFTER.pods, "r": {"m": Counts(7, 2, (4, 7))}})
    anchor = anchor_of(before, arms, PROCESSES)
    assert anchor is not None
    old = restored(anchor, after, arms, PROCESSES)
    assert old is not None
    found = interval_between(old, summed(after, arms), arms)
    assert isinstance(found, Interval)
    assert Counts(4, 2, (3, 4)) == found.matched
    assert restored(anchor, after, ARMS, PROCESSES) is None


@pytest.mark.parametrize(
    ("now", "arms", "processes"),
    [
        pytest.param(AFTER, ARMS, ("p.0", "q.1"), id="a process started again"),
        pytest.param(AFTER, ARMS, ("p.0",), id="a pod is gone"),
        pytest.param(AFTER, Arms("s", "d"), PROCESSES, id="other versions"),
        pytest.param(replace(AFTER, edges=("2", "+Inf")), ARMS, PROCESSES, id="other buckets"),
    ],
)
def test_an_anchor_of_something_else_is_none(
    now: Snapshot, arms: Arms, processes: tuple[str, ...]
) -> None:
    """Then counting begins anew."""
    anchor = anchor_of(BEFORE, ARMS, PROCESSES)
    assert anchor is not None
    assert restored(anchor, now, arms, processes) is None


def test_a_server_with_very_many_buckets_has_no_anchor() -> None:
    """The status stays small."""
    many = tuple(map(str, range(99)))
    assert anchor_of(replace(BEFORE, edges=many), ARMS, PROCESSES) is None
