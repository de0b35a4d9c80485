"""What is told of each group of requests, and how sure it is."""

from __future__ import annotations

import random

import pytest

from trainyard.api.v1alpha1.arm import Between, Outcome
from trainyard.model_deployments.analysis.arms import (
    error_percent,
    quantile,
    with_interval,
    with_outcomes,
)
from trainyard.model_deployments.analysis.checks.kind import LabelledArms
from trainyard.model_deployments.analysis.evidence import Counts, Interval
from trainyard.model_deployments.analysis.labelled import LabelledValue

EDGES = ("1", "2", "5", "+Inf")
FIRST = Interval(
    Counts(1000, 10, (900, 990, 1000, 1000)),
    Counts(50, 1, (40, 50, 50, 50)),
    EDGES,
    matched=Counts(20, 5, (0, 0, 20, 20)),
)


ALL_MATCHED = Interval(Counts(900, 9), Counts(), (), matched=Counts(20, 5))
COPIES = Interval(Counts(900, 9), Counts(90, 1), ())


def test_each_group_adds_up_over_the_rollout() -> None:
    """By name; groups without a request are not there."""
    arms = with_interval(with_interval((), FIRST, mirrored=False), FIRST, mirrored=False)
    found = {arm.name: (arm.requests, arm.errors) for arm in arms}
    assert {"Stable": (2000, 20), "Canary": (100, 2), "Matched": (40, 10)} == found


def test_copies_are_no_requests_of_the_canary() -> None:
    """A rollout that goes on to weights keeps both."""
    arms = with_interval((), FIRST, mirrored=True)
    assert ["Stable", "Matched", "Mirrored"] == [arm.name for arm in arms]
    both = with_interval(arms, FIRST, mirrored=False)
    found = {arm.name: arm.requests for arm in both}
    assert {"Stable": 2000, "Canary": 50, "Matched": 40, "Mirrored": 50} == found


def value(number: float) -> LabelledValue:
    """Return an accuracy over eight hundred rows."""
    return LabelledValue("accuracy", 800, number, number - 0.02, number + 0.02)


NOT_YET = LabelledValue("accuracy", 0, why="no labels")


@pytest.mark.parametrize(
    ("interval", "mirrored", "labelled", "expected"),
    [
        pytest.param(
            FIRST, False, (value(0.9), value(0.93)), {"Stable": "0.9", "Canary": "0.93"},
            id="matched requests are among the canary's",
        ),
        pytest.param(
            ALL_MATCHED, False, (value(0.9), value(0.93)), {"Stable": "0.9", "Matched": "0.93"},
            id="there are no others",
        ),
        pytest.param(FIRST, False, (value(0.9), NOT_YET), {"Stable": "0.9"}, id="none of the new"),
        pytest.param(
            COPIES, True, (value(0.9), NOT_YET), {"Stable": "0.9"}, id="copies have no outcome"
        ),
    ],
)  # fmt: skip
def test_labels_say_what_the_answers_of_a_version_were_worth(
    interval: Interval,
    mirrored: bool,
    labelled: tuple[LabelledValue, LabelledValue],
    expected: dict[str, str],
) -> None:
    """With the bounds of the join, and how many labels they rest on."""
    arms = with_interval((), interval, mirrored=mirrored)
    told = with_outcomes(arms, LabelledArms(*labelled, higher_is_better=True))
    outcomes = {arm.name: arm.outcome for arm in told if arm.outcome is not None}
    assert expected == {name: found.value for name, found in outcomes.items()}
    assert (
        Outcome(metric="accuracy", rows=800, value="0.9", low="0.88", high="0.92")
        == (outcomes["Stable"])
    )
    assert arms == with_outcomes(arms, None)


def test_other_buckets_begin_latency_anew() -> None:
    """Requests and errors go on."""
    other = Interval(Counts(10, 0, (10, 10)), Counts(), ("3", "+Inf"))
    stable, *_ = with_interval(with_interval((), FIRST, mirrored=False), other, mirrored=False)
    assert (1010, (10, 10)) == (stable.requests, stable.within)


@pytest.mark.parametrize(
    ("errors", "requests", "low", "high"),
    [
        pytest.param(0, 100, "0", "3.7", id="none of a hundred"),
        pytest.param(5, 100, "2.15", "11.2", id="five of a hundred"),
        pytest.param(100, 100, "96.3", "100", id="all"),
    ],
)
def test_the_interval_of_a_share_is_wilsons(
    errors: int, requests: int, low: str, high: str
) -> None:
    """As in textbooks."""
    assert Between(low=low, high=high) == error_percent(errors, requests)


def test_without_a_request_nothing_is_said() -> None:
    """Neither of errors nor of latency."""
    assert error_percent(0, 0) is None
    assert quantile(0.5, (), ()) is None
    assert quantile(0.5, (0, 0), (1.0, 2.0)) is None


def test_a_quantile_lies_between_edges() -> None:
    """The wider, the fewer answers there were; beyond the last bucket there is no edge."""
    edges = (1.0, 2.0, 5.0, float("inf"))
    assert Between(low="0", high="1") == quantile(0.5, (900, 990, 1000, 1000), edges)
    assert Between(low="1", high="5") == quantile(0.99, (900, 990, 1000, 1000), edges)
    assert Between(low="5", high=None) == quantile(0.99, (0, 0, 0, 9), edges)


def test_seconds_are_told_in_milliseconds() -> None:
    """Servers count in seconds, routers in milliseconds."""
    seconds = Interval(
        Counts(1000, 0, (1000, 1000)), Counts(), ("0.005", "+Inf"), edge_milliseconds=1000.0
    )
    (stable,) = with_interval((), seconds, mirrored=False)
    assert Between(low="0", high="5") == stable.median_milliseconds


def test_intervals_of_errors_cover_the_truth() -> None:
    """In about 95 of 100 repeats, with a fixed seed."""
    chance = random.Random(7)
    covered = 0
    for _ in range(400):
        failed = sum(chance.random() < 0.02 for _ in range(500))
        found = error_percent(failed, 500)
        assert found is not None
        covered += float(found.low) <= 2 <= float(found.high or 100)
    assert covered >= 368
