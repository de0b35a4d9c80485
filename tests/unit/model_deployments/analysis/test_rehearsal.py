"""What a rehearsal proves, as a table."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import NOW, a_model_deployment

from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.model_deployments.analysis.rehearsal import (
    rehearsed,
    slower_percent,
    tolerance_percent,
)

BEGUN = Rehearsal(name="r", phase=TaskPhase.SUCCEEDED, queued_at=NOW)
LATENCY = {"name": "latency", "latency": {"maxIncreasePercent": 150}}


def counted(rows: int = 1000, **counts: int) -> dict[str, Any]:
    """Return the result of a Job that asked for so many rows."""
    failed, stable_failed = counts.get("canaryFailed", 0), counts.get("stableFailed", 0)
    both = rows - failed - stable_failed - counts.get("neither", 0)
    plain = {"bothAnswered": both, "canaryFailed": 0, "stableFailed": 0, "slower": 0, "agreed": 0}
    return {"rows": rows, "stableMicroseconds": 900, "canaryMicroseconds": 950} | plain | counts


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        pytest.param(counted(), "Pass", id="both answer everything"),
        pytest.param(counted(canaryFailed=5), "Pass", id="few failures may be chance"),
        pytest.param(counted(canaryFailed=40), "Fail", id="many are not"),
        pytest.param(counted(20, canaryFailed=20), "Fail", id="nor are all of twenty"),
        pytest.param(counted(canaryFailed=40, stableFailed=45), "Pass", id="the other fails, too"),
        pytest.param(counted(stableFailed=40), "Pass", id="it mends what failed"),
        pytest.param(counted(slower=500), "Pass", id="slower for half of the rows"),
        pytest.param(counted(slower=900), "Fail", id="much slower for nearly all"),
        pytest.param(counted(10, neither=10), "NoEvidence", id="nobody answers"),
        pytest.param(counted(10000, slower=5000), "Pass", id="very many rows"),
    ],
)
def test_what_a_rehearsal_says(result: dict[str, Any], verdict: str) -> None:
    """With what was counted beside it."""
    found = rehearsed(a_model_deployment().spec.analysis, BEGUN, result)
    assert verdict == found.verdict
    assert (result["rows"], result["canaryFailed"]) == (found.rows, found.failed)
    assert f"of {result['rows']} recorded rows" in found.why


@pytest.mark.parametrize("checks", [[], [LATENCY | {"dryRun": True}]])
def test_latency_decides_only_where_a_check_is_about_it(checks: list[dict[str, Any]]) -> None:
    """As in the steps."""
    spec = a_model_deployment(analysis={"checks": checks}).spec.analysis
    assert "Pass" == rehearsed(spec, BEGUN, counted(slower=900)).verdict


AGREE = {"name": "answers", "agreement": {"minPercent": 95, "tolerancePercent": "1"}}


@pytest.mark.parametrize(
    ("agreed", "dry_run", "verdict"),
    [(1000, False, "Pass"), (950, False, "Pass"), (900, False, "Fail"), (900, True, "Pass")],
)
def test_other_answers_fail_where_a_check_is_about_them(
    agreed: int, *, dry_run: bool, verdict: str
) -> None:
    """Before any user gets one; what lies too near to the bound the check itself says later."""
    spec = a_model_deployment(
        analysis={"rehearsal": {}, "checks": [AGREE | {"dryRun": dry_run}]}
    ).spec.analysis
    found = rehearsed(spec, BEGUN, counted(agreed=agreed))
    assert verdict == found.verdict
    assert ("900 of 1000 answers agree, 95 % are wanted" in found.why) == (verdict == "Fail")
    assert (1000, agreed) == (found.both_answered, found.agreed)
    assert "1" == tolerance_percent(spec)


def test_numbers_agree_within_a_thousandth_unless_said() -> None:
    """Labels have to be equal."""
    assert "0.1" == tolerance_percent(a_model_deployment().spec.analysis)


def test_a_few_rows_on_one_pod_say_nothing_of_a_small_increase() -> None:
    """Twice as long at least, or what the check allows."""
    assert 100 == slower_percent(a_model_deployment().spec.analysis)
    assert 150 == slower_percent(a_model_deployment(analysis={"checks": [LATENCY]}).spec.analysis)


def test_a_result_of_another_form_is_none() -> None:
    """The caller says so."""
    with pytest.raises(KeyError):
        rehearsed(a_model_deployment().spec.analysis, BEGUN, {"rows": 3})
