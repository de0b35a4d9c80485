"""How long a step may take, and what is said once that time is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from standings import DOWN, rollout, standing

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.model_deployments.rollout.deadlines import deadline, overdue
from trainyard.model_deployments.rollout.steps import step_at
from trainyard.model_deployments.rollout.strategy import Act, Move

STEPS = {"steps": [{"weightPercent": 10, "minSeconds": 60}], "deadlineSeconds": 600}


def test_a_step_has_its_own_time_beside_the_deadline() -> None:
    """The start of the pods has none."""
    spec = standing(rollout(), **STEPS).spec
    times = [deadline(spec, step_at(spec, number)) for number in (0, 1)]
    assert [timedelta(seconds=600), timedelta(seconds=660)] == times


@pytest.mark.parametrize(
    ("step", "seconds", "why", "told"),
    [
        pytest.param(0, 601, "", "at step 0, without failure evidence: 0 of 2", id="the start"),
        pytest.param(1, 661, "41 of 300 requests", "evidence: 41 of 300 requests;", id="a step"),
    ],
)
def test_a_person_is_asked_once_the_time_is_over(
    step: int, seconds: int, why: str, told: str
) -> None:
    """Not a second before; and told what was awaited, and how to go on."""
    at = replace(standing(rollout(step, seconds), **STEPS), canary=DOWN, why=why)
    found = overdue(at)
    assert isinstance(found, Move)
    assert (Act.INCONCLUSIVE, Reason.INCONCLUSIVE, None) == (found.act, found.reason, found.traffic)
    assert found.why.startswith("rollout.deadlineSeconds (600) are over at step")
    assert told in found.why
    assert found.why.endswith("; resume@c or abort@c")
    assert overdue(replace(at, rollout=rollout(step, seconds - 1))) is None
