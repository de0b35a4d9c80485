"""Steps by number and by weight."""

from __future__ import annotations

import pytest
from builders_serving import NOW, a_model_deployment

from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.rollout.steps import (
    groups_apart,
    is_in,
    last_step_within,
    progress_of,
    step_at,
    steps_digest,
    steps_of,
    traffic_now,
    traffic_of,
    words_of,
)
from trainyard.model_deployments.traffic.decision import TrafficDecision

SPEC = a_model_deployment(
    rollout={"steps": [{"weightPercent": 10}, {"weightPercent": 50, "pause": "Manual"}]}
).spec


def test_steps_are_counted_from_one() -> None:
    """There is none before the first nor behind the last."""
    found = [step_at(SPEC, number) for number in range(4)]
    assert [None, 10, 50, None] == [step and step.weight_percent for step in found]


@pytest.mark.parametrize(("weight", "wanted"), [(0, 0), (9, 0), (10, 1), (49, 1), (50, 2)])
def test_the_last_step_within_a_weight(weight: int, wanted: int) -> None:
    """What has more weight was not tried."""
    rollout = RolloutStatus(
        id="c.1", revision="c", phase="Progressing", weight_percent=weight, started_at=NOW,
        step_started_at=NOW,
    )  # fmt: skip
    assert wanted == last_step_within(SPEC, rollout)


@pytest.mark.parametrize(
    ("rollout", "words"),
    [
        pytest.param({}, ["step 1 of 2: 5 % for c", "step 2 of 2: 50 % for c"], id="Canary"),
        pytest.param(
            {"strategy": "BlueGreen"},
            ["step 1 of 1: the preview of c, no requests of users"],
            id="BlueGreen",
        ),
        pytest.param({"strategy": "Shadow"}, ["step 1 of 1: copies of 100 % for c"], id="Shadow"),
        pytest.param({"strategy": "Immediate"}, [], id="Immediate"),
        pytest.param(
            {"steps": [{"mirrorPercent": 10}, {"weightPercent": 5}]},
            ["step 1 of 2: copies of 10 % for c", "step 2 of 2: 5 % for c"],
            id="copies first",
        ),
    ],
)
def test_each_strategy_has_its_steps(rollout: dict[str, object], words: list[str]) -> None:
    """Where the spec says none; and each says what the new version gets."""
    spec = a_model_deployment(rollout=rollout).spec
    assert words == [words_of(spec, n + 1, "c") for n in range(len(steps_of(spec)))]


@pytest.mark.parametrize(
    ("steps", "same"),
    [
        pytest.param([{"weightPercent": 10}, {"weightPercent": 50, "pause": "Manual"}], True),
        pytest.param([{"weightPercent": 10}], False, id="fewer"),
        pytest.param([{"weightPercent": 10}, {"weightPercent": 50}], False, id="no pause"),
        pytest.param(
            [{"weightPercent": 10, "minSeconds": 9}, {"weightPercent": 50, "pause": "Manual"}],
            False,
            id="shorter",
        ),
    ],
)
def test_any_edit_of_the_steps_changes_their_digest(steps: list[object], *, same: bool) -> None:
    """The same steps have the same one."""
    edited = a_model_deployment(rollout={"steps": steps}).spec
    assert same == (steps_digest(SPEC) == steps_digest(edited))


MATCHES = [{"headers": [{"name": "x-cohort", "value": "beta"}]}]
MIXED = a_model_deployment(
    rollout={
        "steps": [{"mirrorPercent": 30}, {"mirrorPercent": 60}, {"weightPercent": 20}],
        "matches": MATCHES,
    }
).spec


def at(step: int, weight: int = 0, mirror: int = 0) -> RolloutStatus:
    """Return a rollout that is so far."""
    return RolloutStatus.model_validate(
        {
            "id": "c.1",
            "revision": "c",
            "phase": "Progressing",
            "step": step,
            "weightPercent": weight,
            "mirrorPercent": mirror,
            "startedAt": NOW,
            "stepStartedAt": NOW,
        }
    )


def test_progress_is_told_from_the_first_step_on() -> None:
    """Before it there is nothing to count."""
    assert ["", "1/2", "2/2"] == [progress_of(SPEC, number) for number in range(3)]


def test_each_step_says_how_requests_are_split() -> None:
    """By weight, by copies, and by who is matched."""
    first, second, third = steps_of(MIXED)
    matches = MIXED.rollout.matches
    copies = TrafficDecision((("s", 100), ("c", 0)), 30, matches)
    shares = TrafficDecision((("s", 80), ("c", 20)), 0, matches)
    assert (copies, shares) == (
        traffic_of(MIXED, first, "s", "c"),
        traffic_of(MIXED, third, "s", "c"),
    )
    assert copies == traffic_now(MIXED, at(1, mirror=30), "s")
    assert shares == traffic_now(MIXED, at(3, weight=20), "s")
    assert TrafficDecision((("s", 100), ("c", 0))) == traffic_now(MIXED, at(0), "s")
    found = [is_in(step, at(2, mirror=60)) for step in (first, second, third)]
    assert [False, True, False] == found
    assert [False, False, True] == [is_in(s, at(3, 20, 60)) for s in (first, second, third)]


def test_copies_come_before_shares() -> None:
    """One per cent of the requests is further than copies of all of them."""
    reached = [at(1, mirror=29), at(1, mirror=30), at(2, mirror=100), at(3, 1), at(3, 20)]
    assert [0, 1, 2, 2, 3] == [last_step_within(MIXED, rollout) for rollout in reached]
    preview = a_model_deployment(rollout={"strategy": "BlueGreen"}).spec
    assert 1 == last_step_within(preview, at(0))


def test_groups_are_counted_apart_where_the_spec_makes_them() -> None:
    """Those who are matched, copies, and explanations."""
    apart = [
        groups_apart(a_model_deployment(rollout=rollout).spec)
        for rollout in (
            {"steps": [{"weightPercent": 10}]},
            {"steps": [{"weightPercent": 10}], "matches": MATCHES},
            {"steps": [{"mirrorPercent": 10}, {"weightPercent": 10}]},
        )
    ]
    assert [set(), {"-matched"}, {"-mirror"}] == apart
    assert {"-explain"} == groups_apart(a_model_deployment(server={"explain": {}}).spec)
    assert {"-matched", "-mirror"} == groups_apart(MIXED)


def test_the_digest_of_steps_is_short_and_knows_who_is_matched() -> None:
    """It is kept in the status."""
    other = MIXED.model_copy(update={"rollout": MIXED.rollout.model_copy(update={"matches": ()})})
    assert 10 == len(steps_digest(MIXED))
    assert steps_digest(MIXED) != steps_digest(other)
