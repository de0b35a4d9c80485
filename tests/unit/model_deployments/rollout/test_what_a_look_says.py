"""What is looked at in a step, and what all looks say.

Proves: operator/trainyard/model_deployments/rollout/judging.py
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment

from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.analysis.evidence import Answer, Counts, Interval, Reading
from trainyard.model_deployments.analysis.queries import QueryAnswer
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.rollout.judging import (
    FRESH_INTERVALS,
    Judgement,
    analysis_of_step,
    fresh_checks,
    with_evidence,
)
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.view import View

BEGAN = NOW - timedelta(seconds=600)
LOOKED = NOW - timedelta(seconds=15)
QUERY = {"name": "load", "prometheus": {"query": "load", "max": "1"}}
ERRORS = {"name": "errors", "errors": {}}
AGREEMENT = {"name": "answers", "agreement": {}}
BROKEN = Interval(Counts(900), Counts(900, 900), ())
REHEARSED = {"name": "r", "queuedAt": BEGAN, "bothAnswered": 1000, "agreed": 10}


def rollout(**fields: Any) -> RolloutStatus:
    """Return a rollout in its first step, last looked at 15 s ago."""
    plain = {"id": "c.1", "revision": "c", "phase": "Progressing", "step": 1}
    times = {"observed_until": LOOKED, "started_at": BEGAN, "step_started_at": BEGAN}
    return RolloutStatus.model_validate(plain | times | fields)


def judged(
    reading: Reading | None = None,
    *checks: dict[str, Any],
    answers: dict[str, QueryAnswer] | None = None,
    **fields: Any,
) -> Judgement:
    """Return what such a rollout and reading come to by these checks."""
    found = rollout(**fields)
    analysis = {"checks": list(checks)} if checks else {}
    resource = a_model_deployment(analysis=analysis, status={"rollout": found.to_api()})
    observed = Observed(INSTALLATION, Wanted("", ""), reading=reading, answers=answers)
    return with_evidence(View(resource, observed, NOW), found)


@pytest.mark.parametrize("fields", [{"step": 0}, {"readiness_only": True}], ids=["start", "back"])
def test_where_readiness_alone_decides_nothing_is_judged(fields: dict[str, Any]) -> None:
    """Whatever was counted; what was told before stays told."""
    found = judged(Reading(NOW, BROKEN), why="it starts", **fields)
    at = rollout(why="it starts", **fields)
    assert Judgement(at, Answer.NO_EVIDENCE, "it starts", counted=False) == found


@pytest.mark.parametrize(
    ("step", "names"),
    [
        pytest.param(1, ["load"], id="a preview has nothing to compare"),
        pytest.param(2, ["errors", "load"], id="requests"),
        pytest.param(9, ["errors", "load"], id="a step that is not there"),
    ],
)
def test_what_a_step_can_answer(step: int, names: list[str]) -> None:
    """The queries of the user always."""
    steps = [{"minSeconds": 7}, {"weightPercent": 50}]
    analysis = {"checks": [ERRORS, QUERY]}
    spec = a_model_deployment(rollout={"steps": steps}, analysis=analysis).spec
    assert names == [check.name for check in analysis_of_step(spec, rollout(step=step)).checks]


@pytest.mark.parametrize(
    ("check", "given", "answer"),
    [
        pytest.param(ERRORS, {"reading": Reading(NOW, BROKEN)}, Answer.FAIL, id="counters"),
        pytest.param(ERRORS, {"reading": None}, Answer.NO_EVIDENCE, id="no counters"),
        pytest.param(
            AGREEMENT,
            {"rehearsal": REHEARSED | {"phase": "Succeeded"}},
            Answer.FAIL,
            id="a rehearsal that is over",
        ),
        pytest.param(
            AGREEMENT,
            {"rehearsal": REHEARSED | {"phase": "Running"}},
            Answer.NO_EVIDENCE,
            id="one that goes on",
        ),
    ],
)
def test_every_source_of_evidence_is_heard(
    check: dict[str, Any], given: dict[str, Any], answer: Answer
) -> None:
    """And its verdict is in the status, for the whole and for the check."""
    given = {"reading": None} | given
    found = judged(given.pop("reading"), check, **given)
    assert (answer, answer.value) == (found.answer, found.rollout.verdict)
    assert [answer.value] == [state.verdict for state in found.rollout.checks]


def test_a_query_is_heard() -> None:
    """One number too high is kept, and said."""
    found = judged(None, QUERY, answers={"load": QueryAnswer(2.0)})
    (check,) = found.rollout.checks
    assert check.evidence != judged(None, QUERY).rollout.checks[0].evidence
    assert "2" in check.why


@pytest.mark.parametrize(
    ("mirror", "names"), [(0, ["Stable", "Canary"]), (50, ["Stable", "Mirrored"])]
)
def test_each_group_is_told_of_by_its_name(mirror: int, names: list[str]) -> None:
    """Requests of users, or copies of them."""
    found = judged(Reading(NOW, BROKEN), mirror_percent=mirror).rollout
    assert names == [arm.name for arm in found.arms]


def test_what_is_said_of_counters_is_short() -> None:
    """It stands in every status of the rollout."""
    assert 200 == len(judged(Reading(NOW, BROKEN, "x" * 300)).rollout.last_reading)


FRESH = timedelta(seconds=15 * FRESH_INTERVALS)


@pytest.mark.parametrize(
    ("reading", "fields", "counted"),
    [
        pytest.param(None, {"observed_until": NOW - FRESH}, True, id="as old as it may be"),
        pytest.param(
            None, {"observed_until": NOW - FRESH - timedelta(seconds=1)}, False, id="older"
        ),
        pytest.param(
            Reading(NOW, Interval(Counts(), Counts(), ())),
            {"observed_until": NOW - timedelta(seconds=500)},
            True,
            id="an interval without requests that goes on until now",
        ),
        pytest.param(
            None, {"observed_until": LOOKED, "step_started_at": LOOKED}, False, id="a new step"
        ),
    ],
)
def test_what_is_known_up_to_now(
    reading: Reading | None, fields: dict[str, Any], *, counted: bool
) -> None:
    """Of this step, and not of long ago."""
    assert counted is judged(reading, **fields).counted


def test_a_first_look_without_requests_ends_its_interval() -> None:
    """There is nothing that it could go on from."""
    found = judged(Reading(NOW, Interval(Counts(), Counts(), ())), observed_until=None)
    assert NOW == found.rollout.observed_until


def test_a_reading_for_a_rollout_that_is_not_stored_is_dropped() -> None:
    """It was made for another one, or for none."""
    observed = Observed(INSTALLATION, Wanted("", ""), reading=Reading(NOW, BROKEN))
    found = with_evidence(View(a_model_deployment(), observed, NOW), rollout())
    assert (0, LOOKED) == (found.rollout.canary_requests, found.rollout.observed_until)


def test_a_step_begins_anew_for_all_checks() -> None:
    """Also for one that failed."""
    failed = judged(Reading(NOW, BROKEN), ERRORS).rollout.checks
    assert ["Fail"] == [state.verdict for state in failed]
    (again,) = fresh_checks(failed)
    assert ("NoEvidence", "the step just began") == (again.verdict, again.why)
