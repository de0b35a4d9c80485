"""When counters of two looks may be compared."""

from __future__ import annotations

import pytest

from trainyard.model_deployments.analysis.evidence import (
    Arms,
    Counts,
    Interval,
    Snapshot,
    interval_between,
)

ARMS = Arms("s", "c")
BEFORE = Snapshot({"p": {"s": Counts(10, 1, (5, 10)), "c": Counts(2, 0, (2, 2))}}, ("1", "+Inf"))


def test_counters_are_compared_pod_by_pod_and_added_up() -> None:
    """Two pods of two revisions each."""
    more = {"s": Counts(30, 2, (20, 30)), "c": Counts(5, 1, (4, 5))}
    before = Snapshot({"p": BEFORE.pods["p"], "q": {}}, BEFORE.edges)
    after = Snapshot({"p": more, "q": more}, BEFORE.edges)
    assert Interval(
        stable=Counts(50, 3, (35, 50)), canary=Counts(8, 2, (6, 8)), edges=("1", "+Inf")
    ) == interval_between(before, after, ARMS)


def test_a_router_that_timed_no_request_yet_has_no_latency_buckets() -> None:
    """It shows them from the first request on, so the first interval counts too."""
    before = Snapshot({"p": {}})
    found = interval_between(before, BEFORE, ARMS)
    assert Interval(Counts(10, 1, (5, 10)), Counts(2, 0, (2, 2)), ("1", "+Inf")) == found


@pytest.mark.parametrize(
    ("after", "why"),
    [
        pytest.param(Snapshot({}, BEFORE.edges), "set of counted pods", id="a pod is gone"),
        pytest.param(
            Snapshot({**BEFORE.pods, "q": {}}, BEFORE.edges), "set of counted pods", id="a new pod"
        ),
        pytest.param(Snapshot(BEFORE.pods, ("2", "+Inf")), "buckets changed", id="other buckets"),
        pytest.param(
            Snapshot({"p": {"s": Counts(3), "c": Counts(9)}}, BEFORE.edges),
            "started again",
            id="a counter went back",
        ),
        pytest.param(
            Snapshot({"p": {"s": Counts(30, 2, (20, 30))}}, BEFORE.edges),
            "started again",
            id="a revision vanished from the page",
        ),
    ],
)
def test_what_one_end_did_not_see_is_no_interval(after: Snapshot, why: str) -> None:
    """Lost samples are lost; none is invented."""
    assert why in str(interval_between(BEFORE, after, ARMS))


def test_adding_nothing_changes_nothing() -> None:
    """Also where one side has no latency buckets."""
    some = Counts(3, 1, (1, 3))
    assert some == some + Counts()
    assert some == Counts() + some
