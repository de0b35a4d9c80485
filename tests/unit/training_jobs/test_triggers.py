"""What asks for a retrain by itself."""

from __future__ import annotations

from typing import Any

import pytest
from builders_training import (
    NOW,
    a_dataset,
    a_deployment,
    a_rollout,
    a_signal,
    a_training_job,
    dataset_status,
    digest,
)

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.training_job_status import Inputs, RunCause
from trainyard.training_jobs.triggers import missing_rows, new_data_trigger, signal_trigger

INPUTS = Inputs(
    digest=digest("1"),
    recipe_digest=digest("e"),
    dataset_digest=digest("d"),
    dataset_rows=100,
    cause=RunCause(kind="FirstRun"),
    since=NOW,
)
ERRORS = a_deployment(stable="b", signals=[a_signal("Errors")])


@pytest.mark.parametrize(
    ("signals", "deployment", "expected"),
    [
        pytest.param(["Errors"], ERRORS, "Errors", id="a kind that is subscribed to"),
        pytest.param([], ERRORS, "Errors", id="no kinds named means all"),
        pytest.param(["Quality"], ERRORS, None, id="another kind"),
        pytest.param([], a_deployment(stable="b"), None, id="no signal is up"),
        pytest.param([], a_deployment("other", signals=[a_signal()]), None, id="elsewhere"),
    ],
)
def test_signals(signals: list[str], deployment: ModelDeployment, expected: str | None) -> None:
    """Only those of spec.retrain.onSignals."""
    subscription = {"modelDeployment": {"name": "serving"}, "signals": signals}
    job = a_training_job(retrain={"onSignals": [subscription]})
    found = signal_trigger(job, (deployment,))
    assert (expected is None) == (found is None)
    if found is not None:
        assert found.name == f"{expected} of ModelDeployment serving"
        assert found.cause.id == "uid-serving/r1/Errors"


def test_a_rollout_holds_signals() -> None:
    """What is being released may be the cure."""
    job = a_training_job(retrain={"onSignals": [{"modelDeployment": {"name": "serving"}}]})
    found = signal_trigger(job, (a_deployment(signals=[a_signal()], rollout=a_rollout()),))
    assert found is not None
    assert found.held_by_rollout == "serving"


def test_an_inconclusive_rollout_holds_nothing() -> None:
    """It waits for evidence that may never come."""
    job = a_training_job(retrain={"onSignals": [{"modelDeployment": {"name": "serving"}}]})
    waiting = a_rollout() | {"phase": "Inconclusive"}
    found = signal_trigger(job, (a_deployment(signals=[a_signal()], rollout=waiting),))
    assert found is not None
    assert "" == found.held_by_rollout


@pytest.mark.parametrize(
    ("rule", "character", "rows", "wished", "missing"),
    [
        pytest.param(None, "f", 500, False, "", id="not asked for"),
        pytest.param({}, "f", 100, True, "", id="any new version"),
        pytest.param({}, "f", 90, True, "", id="even one with fewer rows"),
        pytest.param({}, "d", 500, False, "", id="the same version"),
        pytest.param({"minNewRows": 10}, "f", 110, True, "", id="enough rows"),
        pytest.param({"minNewRows": 10}, "f", 109, False, "9 of 10 new rows", id="too few rows"),
    ],
)
def test_new_data(rule: Any, character: str, rows: int, wished: bool, missing: str) -> None:
    """Another version with enough rows beyond those trained on."""
    job = a_training_job(retrain={"onNewData": rule} if rule is not None else {})
    dataset = a_dataset(status=dataset_status(character, rows))
    assert wished == (new_data_trigger(job, dataset, INPUTS) is not None)
    assert missing == missing_rows(job, dataset, INPUTS) or wished
