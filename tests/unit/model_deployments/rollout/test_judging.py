"""One more look at the counters, folded in once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment, digest
from serving_yard import ServingYard

from trainyard.api.v1alpha1.counter_anchor import CounterAnchor
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.analysis.evidence import Answer, Counts, Interval, Reading
from trainyard.model_deployments.analysis.queries import QueryAnswer
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.rollout.judging import fresh_checks, look_due, with_evidence
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.view import View

BEGAN = NOW - timedelta(seconds=60)
LOOKED = NOW - timedelta(seconds=15)
INTERVAL = Interval(Counts(900), Counts(100), ())
EMPTY = Interval(Counts(), Counts(), ())


def rollout(**fields: Any) -> RolloutStatus:
    """Return a rollout in its first step, last looked at 15 s ago."""
    plain = {
        "id": "c.1",
        "revision": "c",
        "phase": "Progressing",
        "step": 1,
        "observed_until": LOOKED,
    }
    return RolloutStatus.model_validate(
        plain | {"started_at": BEGAN, "step_started_at": BEGAN} | fields
    )


def view(
    reading: Reading | None, answers: dict[str, QueryAnswer] | None = None, **fields: Any
) -> View:
    """Return a view with this reading on the stored rollout."""
    stored = {"rollout": rollout(**fields).to_api()}
    observed = Observed(INSTALLATION, Wanted("", ""), reading=reading, answers=answers)
    return View(a_model_deployment(status=stored), observed, NOW)


def test_an_interval_is_counted_and_through_moves_with_it() -> None:
    """Counts and anchor change together, in one status."""
    found = with_evidence(view(Reading(NOW, INTERVAL)), rollout()).rollout
    assert (900, 100, NOW) == (found.stable_requests, found.canary_requests, found.observed_until)


def test_each_version_tells_what_labels_say_of_it() -> None:
    """From the last join, beside what was counted."""
    found = {"rows": 800, "low": "0.88", "high": "0.92"}
    join = {
        "name": "join",
        "queuedAt": BEGAN,
        "phase": "Succeeded",
        "datasetDigest": digest("d"),
        "inputs": "i",
        "metric": "accuracy",
        "revisions": [
            found | {"revision": r, "value": v} for r, v in (("s", "0.9"), ("c", "0.91"))
        ],
    }
    stored = {"rollout": rollout().to_api(), "labelJoin": join}
    stored |= {
        role: {"revision": name, "bundleDigest": digest(name)}
        for role, name in (("stable", "a"), ("canary", "c"))
    }
    stored["stable"]["revision"] = "s"
    observed = Observed(INSTALLATION, Wanted("", ""), reading=Reading(NOW, INTERVAL))
    seen = View(a_model_deployment(status=stored), observed, NOW)
    arms = with_evidence(seen, rollout()).rollout.arms
    assert [("Stable", "0.9"), ("Canary", "0.91")] == [
        (arm.name, arm.outcome.value if arm.outcome else "") for arm in arms
    ]


def test_where_counters_stood_is_kept_beside_the_time() -> None:
    """So that another process may go on counting."""
    anchor = CounterAnchor(processes="p", stable=(900, 0), canary=(100, 0))
    found = with_evidence(view(Reading(NOW, INTERVAL, anchor=anchor)), rollout()).rollout
    quiet = with_evidence(view(Reading(NOW, EMPTY, anchor=anchor)), rollout()).rollout
    assert ((NOW, anchor), (LOOKED, None)) == (
        (found.observed_until, found.anchor),
        (quiet.observed_until, quiet.anchor),
    )


def test_an_interval_that_spans_a_move_is_dropped() -> None:
    """A step that began in this very pass has no evidence yet."""
    moved = rollout(step_started_at=NOW, observed_until=None)
    found = with_evidence(view(Reading(NOW, INTERVAL)), moved).rollout
    assert (0, None) == (found.canary_requests, found.observed_until)


def test_a_lost_interval_moves_only_the_anchor() -> None:
    """What was not seen is not counted later either."""
    found = with_evidence(view(Reading(NOW, None, "a pod started again")), rollout()).rollout
    assert (0, NOW) == (found.canary_requests, found.observed_until)


@pytest.mark.parametrize(
    "interval",
    [
        pytest.param(Interval(Counts(), Counts(), ()), id="nothing at all"),
        pytest.param(
            Interval(Counts(0, 0, (1, 2)), Counts(0, 0, (0, 1)), ("1", "+Inf")),
            id="latencies of requests that were counted before",
        ),
    ],
)
def test_an_interval_without_requests_goes_on(interval: Interval) -> None:
    """A quiet canary is not written into its status each interval, and nothing is folded twice."""
    before = with_evidence(view(Reading(NOW, EMPTY)), rollout()).rollout
    found = with_evidence(view(Reading(NOW, interval)), before)
    assert (LOOKED, before, True) == (found.rollout.observed_until, found.rollout, found.counted)


@pytest.mark.parametrize(
    ("reading", "fields", "answers"),
    [
        pytest.param(Reading(NOW, INTERVAL), {}, None, id="requests of both"),
        pytest.param(Reading(NOW, Interval(Counts(1), Counts(), ())), {}, None, id="of one"),
        pytest.param(Reading(NOW, None, "counting begins"), {}, None, id="a lost interval"),
        pytest.param(
            Reading(NOW, EMPTY),
            {"observed_until": NOW - timedelta(minutes=10)},
            None,
            id="a long one",
        ),
        pytest.param(
            Reading(NOW, EMPTY), {}, {"x": QueryAnswer(1.0)}, id="queries, asked once an interval"
        ),
    ],
)
def test_other_intervals_end(
    reading: Reading, fields: dict[str, Any], answers: dict[str, QueryAnswer] | None
) -> None:
    """And the next one begins where they end."""
    found = with_evidence(view(reading, answers, **fields), rollout(**fields))
    assert NOW == found.rollout.observed_until


@pytest.mark.parametrize("patience", [30, 86400], ids=["that waits for a person", "that goes on"])
async def test_a_quiet_canary_is_not_written_each_interval(patience: int) -> None:
    """Nothing was learnt, so a hundred intervals cost three writes."""
    yard = ServingYard(spec={"analysis": {"evidenceTimeoutSeconds": patience}})
    yard.per_second = 0
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.until(30, a=95, b=5)
    await yard.run(120)
    before, asked = yard.writes, yard.asked
    await yard.run(100 * 15)
    assert yard.writes - before <= 3
    assert 90 < yard.asked - asked <= 110


def test_what_was_unusual_stays_told_between_two_looks() -> None:
    """So that the words do not come and go with each pass."""
    note = "counted at pod r-1, unknown to Prometheus"
    looked = with_evidence(view(Reading(NOW, INTERVAL, note)), rollout())
    between = with_evidence(view(None), looked.rollout)
    assert (note, looked.why) == (between.rollout.last_reading, between.why)
    assert note in between.why


def test_an_unanswered_look_moves_nothing() -> None:
    """The interval ends when there is an answer."""
    found = with_evidence(view(Reading(None, None, "no answer")), rollout()).rollout
    assert (0, LOOKED) == (found.canary_requests, found.observed_until)


@pytest.mark.parametrize(
    ("fields", "counted"),
    [
        pytest.param({}, True, id="a fresh look"),
        pytest.param({"observed_until": None}, False, id="no look yet"),
        pytest.param({"observed_until": NOW - timedelta(hours=1)}, False, id="an old look"),
        pytest.param({"stable_requests": 9000}, True, id="few requests to one version alone"),
    ],
)
def test_only_fresh_counters_show_that_nothing_failed(
    fields: dict[str, Any], *, counted: bool
) -> None:
    """Missing ones do not."""
    assert counted is with_evidence(view(None, **fields), rollout(**fields)).counted


def test_each_look_tells_anew_how_long_the_step_takes() -> None:
    """And between two looks the words stay."""
    looked = with_evidence(view(Reading(NOW, INTERVAL)), rollout())
    assert looked.rollout.expected_seconds
    between = with_evidence(view(None), looked.rollout)
    assert looked.rollout.expected_seconds == between.rollout.expected_seconds


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        pytest.param({}, True, id="an interval is over"),
        pytest.param({"observed_until": NOW}, False, id="the interval has just begun"),
        pytest.param({"observed_until": None}, True, id="never looked in this step"),
        pytest.param({"step": 0}, False, id="no step yet"),
        pytest.param({"readiness_only": True}, False, id="readiness alone decides"),
        pytest.param({"pause_requested": True}, False, id="a person holds the weights"),
    ],
)
def test_counters_are_read_when_an_interval_is_over(fields: dict[str, Any], *, due: bool) -> None:
    """And not in between, nor while nothing can come of it."""
    assert due is look_due(a_model_deployment().spec.analysis, rollout(**fields), NOW)


def test_a_step_begins_without_answers_and_keeps_the_evidence() -> None:
    """The bound on false alarms is for the whole rollout."""
    judged = with_evidence(view(Reading(NOW, INTERVAL)), rollout())
    assert Answer.NO_EVIDENCE is judged.answer
    again = fresh_checks(judged.rollout.checks)
    assert {"NoEvidence"} == {c.verdict for c in again}
    assert [c.evidence for c in judged.rollout.checks] == [c.evidence for c in again]
