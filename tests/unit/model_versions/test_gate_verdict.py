"""Gates, judged."""

from __future__ import annotations

import pytest

from trainyard.api.gates import Gate
from trainyard.model_versions.gate_verdict import Opponent, judge

METRICS = {"rmse": "4.1", "roc_auc": "0.95", "r2": "-0.3", "refunds": "7"}


def _gate(metric: str, **fields: object) -> Gate:
    return Gate.model_validate({"name": "g", "metric": metric, **fields})


def _against(metric: str, regression: str, **fields: object) -> Gate:
    return _gate(metric, againstChampion={"maxRegression": regression}, **fields)


@pytest.mark.parametrize(
    ("gate", "champion", "outcome", "message"),
    [
        pytest.param(
            _against("rmse", "0.02"), "3.9", "Failed", "rmse 4.1 > 3.9 × 1.02", id="too much worse"
        ),
        pytest.param(
            _against("rmse", "0.1"), "3.9", "Passed", "rmse 4.1 ≤ 3.9 × 1.1", id="worse as allowed"
        ),
        pytest.param(_against("rmse", "0"), "4.1", "Passed", "rmse 4.1 ≤ 4.1", id="equal"),
        pytest.param(
            _against("rmse", "-0.05"),
            "4.2",
            "Failed",
            "rmse 4.1 > 4.2 × 0.95",
            id="not better by the share asked for",
        ),
        pytest.param(
            _against("roc_auc", "0.005"),
            "0.96",
            "Failed",
            "roc_auc 0.95 < 0.96 × 0.995",
            id="higher is better",
        ),
        pytest.param(
            _against("r2", "0.1"),
            "-0.2",
            "Failed",
            "r2 -0.3 < -0.22 (champion -0.2, 0.1 of it allowed)",
            id="below zero the share is of the size",
        ),
        pytest.param(
            _against("refunds", "0", direction="Lower"),
            "6",
            "Failed",
            "refunds 7 > 6",
            id="a metric of one's own with its direction",
        ),
        pytest.param(
            _against("rmse", "0"),
            None,
            "Failed",
            "rmse of the champion was not measured",
            id="the champion lacks the metric",
        ),
    ],
)
def test_against_the_champion(gate: Gate, champion: str | None, outcome: str, message: str) -> None:
    """The bound moves with the champion's own result on the same rows."""
    theirs = {gate.metric: champion} if champion is not None else {}
    (report,) = judge((gate,), METRICS, Opponent(metrics=theirs))
    assert (outcome, message) == (report.outcome, report.message)


def test_without_a_champion_the_gate_says_so() -> None:
    """It passes, visibly."""
    (report,) = judge((_against("rmse", "0"),), METRICS, Opponent(absent="nothing serves yet"))
    assert (report.outcome, report.message) == ("NoChampion", "rmse 4.1: nothing serves yet")


def test_a_champion_that_failed_refuses() -> None:
    """With what failed and the way out."""
    (report,) = judge((_against("rmse", "0"),), METRICS, Opponent(error="no column a"))
    assert report.outcome == "Failed"
    assert "(no column a)" in report.message
