"""One more look at the counters, folded in once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment

from trainyard.api.v1alpha1.model_deployment_status import RolloutStatus
from trainyard.model_deployments.analysis.evidence import Answer, Counts, Interval, Reading
from trainyard.model_deployments.judging import fresh_checks, look_due, with_evidence
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.progress import Scene
from trainyard.model_deployments.source import Wanted

BEGAN = NOW - timedelta(seconds=60)
LOOKED = NOW - timedelta(seconds=15)
INTERVAL = Interval(Counts(900), Counts(100), ())


def rollout(**fields: Any) -> RolloutStatus:
    """Return a rollout in its first step, last looked at 15 s ago."""
    plain = {"id": "c.1", "revision": "c", "phase": "Progressing", "step": 1, "through": LOOKED}
    return RolloutStatus.model_validate(
        plain | {"started_at": BEGAN, "step_started_at": BEGAN} | fields
    )


def scene(reading: Reading | None, **fields: Any) -> Scene:
    """Return a view with this reading on the stored rollout."""
    stored = {"rollout": rollout(**fields).to_api()}
    observed = replace(Observed(INSTALLATION, Wanted("", "")), reading=reading)
    return Scene(a_model_deployment(status=stored), observed, NOW)


def test_an_interval_is_counted_and_through_moves_with_it() -> None:
    """Counts and anchor change together, in one status."""
    found = with_evidence(scene(Reading(NOW, INTERVAL)), rollout()).rollout
    assert (900, 100, NOW) == (found.stable_requests, found.canary_requests, found.through)


def test_an_interval_that_spans_a_move_is_dropped() -> None:
    """A step that began in this very pass has no evidence yet."""
    moved = rollout(step_started_at=NOW, through=None)
    found = with_evidence(scene(Reading(NOW, INTERVAL)), moved).rollout
    assert (0, None) == (found.canary_requests, found.through)


def test_a_lost_interval_moves_only_the_anchor() -> None:
    """What was not seen is not counted later either."""
    found = with_evidence(scene(Reading(NOW, None, "a pod started again")), rollout()).rollout
    assert (0, NOW) == (found.canary_requests, found.through)


def test_an_unanswered_look_moves_nothing() -> None:
    """The interval ends when there is an answer."""
    found = with_evidence(scene(Reading(None, None, "no answer")), rollout()).rollout
    assert (0, LOOKED) == (found.canary_requests, found.through)


@pytest.mark.parametrize(
    ("fields", "idle"),
    [
        pytest.param({}, True, id="a fresh look and too few requests"),
        pytest.param({"through": None}, False, id="no look yet"),
        pytest.param({"through": NOW - timedelta(hours=1)}, False, id="an old look"),
        pytest.param({"stable_requests": 9000}, False, id="the stable version is busy"),
    ],
)
def test_only_fresh_samples_prove_that_a_service_is_idle(
    fields: dict[str, Any], *, idle: bool
) -> None:
    """Missing samples do not."""
    assert idle is with_evidence(scene(None, **fields), rollout(**fields)).idle


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        pytest.param({}, True, id="an interval is over"),
        pytest.param({"through": NOW}, False, id="the interval has just begun"),
        pytest.param({"through": None}, True, id="never looked in this step"),
        pytest.param({"step": 0}, False, id="no step yet"),
        pytest.param({"readiness_only": True}, False, id="readiness alone decides"),
        pytest.param({"on_hold": True}, False, id="a person holds the weights"),
    ],
)
def test_counters_are_read_when_an_interval_is_over(fields: dict[str, Any], *, due: bool) -> None:
    """And not in between, nor while nothing can come of it."""
    assert due is look_due(a_model_deployment().spec.analysis, rollout(**fields), NOW)


def test_a_step_begins_without_answers_and_keeps_the_evidence() -> None:
    """The bound on false alarms is for the whole rollout."""
    judged = with_evidence(scene(Reading(NOW, INTERVAL)), rollout())
    assert Answer.NO_EVIDENCE is judged.answer
    again = fresh_checks(judged.rollout.checks)
    assert {"NoEvidence"} == {c.verdict for c in again}
    assert [c.evidence for c in judged.rollout.checks] == [c.evidence for c in again]
