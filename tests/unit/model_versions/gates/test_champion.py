"""Gates against the champion, judged."""

from __future__ import annotations

import pytest

from trainyard.api.gates import Gate
from trainyard.api.measures import Measured
from trainyard.model_versions.gates.champion import judge
from trainyard.model_versions.gates.judgement import ChampionEvidence, Evidence, Judgement

METRICS = {"rmse": "4.1", "roc_auc": "0.95", "r2": "-0.3", "refunds": "7"}


def _gate(metric: str, **fields: object) -> Gate:
    return Gate.model_validate({"name": "g", "metric": metric, **fields})


def _against(metric: str, regression: str, **fields: object) -> Gate:
    return _gate(metric, againstChampion={"maxRegression": regression}, **fields)


def _judged(gate: Gate, champion: ChampionEvidence | None) -> Judgement:
    return judge(gate, Evidence(METRICS, champion))


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
            _against("r2", "0.1"), "0", "Failed", "r2 -0.3 < 0 × 0.9", id="of nothing nothing"
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
    theirs = {gate.metric or "": champion} if champion is not None else {}
    found = _judged(gate, ChampionEvidence(metrics=theirs))
    assert (outcome, message) == (found.outcome, found.message)


def test_without_a_champion_the_gate_says_so() -> None:
    """It passes, visibly."""
    found = _judged(_against("rmse", "0"), ChampionEvidence(absent="nothing serves yet"))
    assert (found.outcome, found.message) == ("Passed", "rmse 4.1: nothing serves yet")


def test_a_champion_that_is_not_measured_yet_is_waited_for() -> None:
    """Unless the version's own value is missing: that is refused at once."""
    waiting = _judged(_against("rmse", "0"), None)
    message = "the champion is not measured on these test rows so far"
    assert ("Pending", message) == (waiting.outcome, waiting.message)
    missing = _judged(_against("mae", "0"), None)
    assert missing.outcome == "Failed"
    assert missing.message.startswith("mae was not measured")


def test_a_champion_that_failed_refuses() -> None:
    """With what failed and the way out."""
    found = _judged(_against("rmse", "0"), ChampionEvidence(error="no column a"))
    assert found.outcome == "Failed"
    assert found.message == (
        "the champion could not be measured on these test rows (no column a): "
        "use min or max instead of againstChampion, or promote by hand"
    )


def _sure(metric: str, regression: str, bounds: str) -> Judgement:
    """`bounds`: value, low and high of the difference to the champion's."""
    value, low, high = bounds.split()
    measured = Measured(value=value, low=low, high=high, rows=2000)
    against = {"maxRegression": regression, "confidencePercent": 95}
    theirs = {"roc_auc": "0.97", "rmse": "4"}
    champion = ChampionEvidence(metrics=theirs, measures={f"Paired:{metric}:95": measured})
    return _judged(_gate(metric, againstChampion=against), champion)


@pytest.mark.parametrize(
    ("metric", "regression", "bounds", "outcome", "words"),
    [
        pytest.param("roc_auc", "0", "0.01 0 0.02", "Passed", "not worse", id="better"),
        pytest.param(
            "roc_auc", "0", "-0.01 -0.03 0", "Passed", "not surely worse", id="perhaps worse"
        ),
        pytest.param("roc_auc", "0", "-0.02 -0.03 -0.01", "Failed", "surely worse", id="worse"),
        pytest.param(
            "roc_auc",
            "0.01",
            "-0.02 -0.03 -0.0097",
            "Passed",
            "not surely worse by more than 0.0097",
            id="worse, and perhaps by no more than it may be",
        ),
        pytest.param(
            "rmse", "0.01", "0.06 0.041 0.08", "Failed", "surely worse by more than 0.04", id="rmse"
        ),
        pytest.param("rmse", "0.01", "0.03 0.02 0.05", "Passed", "not worse", id="as allowed"),
        pytest.param("rmse", "-0.01", "-0.05 -0.06 -0.04", "Passed", "surely better", id="better"),
        pytest.param(
            "rmse", "-0.01", "-0.05 -0.07 -0.03", "Failed", "not surely better", id="perhaps better"
        ),
        pytest.param(
            "roc_auc",
            "-0.1",
            "0.1 0.097 0.2",
            "Passed",
            "surely better by 0.097",
            id="better by the share asked for",
        ),
    ],
)
def test_with_confidence_the_bounds_decide(
    metric: str, regression: str, bounds: str, outcome: str, words: str
) -> None:
    """Refused is what is surely worse; who has to be better has to be so surely."""
    found = _sure(metric, regression, bounds)
    assert outcome == found.outcome
    assert f": {words}" in found.message


def test_the_numbers_are_told() -> None:
    """Difference, rows and both bounds."""
    assert _sure("roc_auc", "0", "-0.02 -0.03 -0.01").message == (
        "the difference of roc_auc to the champion's 0.97 is -0.02 on 2000 rows, with 95 % at"
        " least -0.03 and at most -0.01: surely worse"
    )


def test_what_was_not_compared_row_by_row_is_waited_for() -> None:
    """The champion's metrics alone do not say how sure the difference is."""
    gate = _gate("rmse", againstChampion={"confidencePercent": 95})
    found = _judged(gate, ChampionEvidence(metrics={"rmse": "4"}))
    assert "Pending" == found.outcome
