"""Steps that are edited in the middle of a rollout: what was never tried is never passed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment, digest
from release_stories import serving
from serving_yard import ServingYard

from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.rollout.edited_steps import with_edited_steps
from trainyard.model_deployments.rollout.steps import steps_digest
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.traffic.decision import shares_of, split
from trainyard.model_deployments.view import Turn, View

Steps = list[dict[str, Any]]
BEFORE: Steps = [
    {"weightPercent": 10, "minSeconds": 60},
    {"weightPercent": 30, "minSeconds": 60, "pause": "Manual"},
    {"weightPercent": 60, "minSeconds": 60},
]
BEGAN = NOW - timedelta(seconds=90)


def weights(*percents: int) -> Steps:
    """Return steps with these weights."""
    return [{"weightPercent": percent} for percent in percents]


def edited(steps: Steps, *, traffic: int = 30, **fields: Any) -> Turn:
    """Return what the edit makes of a rollout that has been in step 2 of 10/30/60."""
    suspend, matches = fields.pop("suspend", False), fields.pop("matches", [])
    before = a_model_deployment(rollout={"steps": BEFORE}).spec
    standing: dict[str, Any] = {"step": 2, "progress": "2/3", "weight_percent": 30} | fields
    rollout = RolloutStatus(
        id="c.1",
        revision="c",
        phase=standing.pop("phase", "Progressing"),
        steps_digest=steps_digest(before),
        canary_requests=500,
        started_at=BEGAN,
        step_started_at=BEGAN,
        **standing,
    )
    resource = a_model_deployment(rollout={"steps": steps, "matches": matches}, suspend=suspend)
    view = View(resource, Observed(INSTALLATION, Wanted("", "")), NOW)
    turn = view.begin().changed(
        stable=Revision(revision="s", bundle_digest=digest("a")),
        canary=Revision(revision="c", bundle_digest=digest("b")),
        rollout=rollout,
    )
    turn = turn.changed(traffic=shares_of(turn.status, split("s", "c", traffic)))
    return with_edited_steps(view, turn)


@pytest.mark.parametrize(
    ("steps", "step", "traffic", "anew"),
    [
        pytest.param(BEFORE, "2/3", 30, False, id="the same steps"),
        pytest.param(weights(10, 30), "2/2", 30, False, id="steps behind it taken away"),
        pytest.param(weights(10, 30, 60, 90), "2/4", 30, False, id="steps behind it added"),
        pytest.param(weights(5, 10, 20, 30), "4/4", 30, False, id="steps before it added"),
        pytest.param(weights(30), "1/1", 30, False, id="only the present weight stays"),
        pytest.param(weights(10, 20, 60), "2/3", 20, True, id="the weight lowered"),
        pytest.param(weights(10, 40, 60), "1/3", 10, True, id="the weight raised"),
        pytest.param(weights(80), "", 0, True, id="one step with more weight"),
        pytest.param(weights(1, 2), "2/2", 2, True, id="every step with less weight"),
    ],
)
def test_a_step_is_found_by_its_weight_or_begins_anew(
    steps: Steps, step: str, traffic: int, *, anew: bool
) -> None:
    """Never does an edit give the new version more requests than it has."""
    status = edited(steps).status
    rollout = status.rollout
    assert rollout is not None
    assert (step, traffic) == (rollout.progress, rollout.weight_percent)
    assert {"s": 100 - traffic, "c": traffic} == {
        share.revision: share.weight_percent for share in status.traffic
    }
    assert anew == (rollout.step_started_at == NOW)
    assert anew == bool(status.history)
    resource = a_model_deployment(status=status.to_api(), rollout={"steps": steps})
    assert steps_digest(resource.spec) == rollout.steps_digest
    view = View(resource, Observed(INSTALLATION, Wanted("", "")), NOW)
    again = with_edited_steps(view, view.begin())
    assert status == again.status


@pytest.mark.parametrize(
    ("fields", "steps", "wanted"),
    [
        pytest.param(
            {"finishing": True, "step": 3, "weight_percent": 60, "traffic": 60},
            weights(10, 30, 60, 90),
            {"finishing": False, "progress": "3/4"},
            id="a step added after the last one passed is not left out",
        ),
        pytest.param(
            {"finishing": True, "step": 3, "weight_percent": 60, "traffic": 60},
            weights(10, 30, 90),
            {"finishing": False, "progress": "2/3", "weight_percent": 30},
            id="nor is a higher weight of the last one",
        ),
        pytest.param(
            {"phase": "Paused", "paused_at": BEGAN},
            weights(10, 30, 60),
            {"phase": "Progressing", "paused_at": None, "paused_seconds": 90},
            id="a pause that is taken away is over",
        ),
        pytest.param(
            {"phase": "Paused", "paused_at": BEGAN},
            BEFORE[:2],
            {"phase": "Paused", "paused_at": BEGAN, "progress": "2/2"},
            id="a pause that stays goes on",
        ),
        pytest.param(
            {"phase": "Inconclusive", "paused_at": BEGAN},
            weights(10, 20),
            {"phase": "Progressing", "paused_at": None, "step_started_at": NOW},
            id="a step that begins anew is not held",
        ),
        pytest.param(
            {"phase": "Paused", "pause_requested": True},
            weights(20),
            {"phase": "Paused", "step": 1, "progress": "1/1", "weight_percent": 30},
            id="weights that a person holds stay",
        ),
        pytest.param(
            {"traffic": 100, "taken_over": True},
            weights(10, 20),
            {"progress": "2/2", "weight_percent": 20},
            id="a canary that took over keeps all requests and gets the new weight later",
        ),
        pytest.param(
            {"traffic": 100, "taken_over": True},
            weights(10, 30),
            {"progress": "2/2", "weight_percent": 30, "step_started_at": BEGAN},
            id="or goes on in its step",
        ),
        pytest.param(
            {"traffic": 100, "taken_over": True, "phase": "Paused", "paused_at": BEGAN},
            weights(20),
            {"phase": "Progressing", "step": 1, "mirror_percent": 0, "step_started_at": NOW},
            id="of which nobody holds it",
        ),
        pytest.param(
            {"traffic": 100, "taken_over": True},
            weights(80),
            {"step": 0, "progress": "", "weight_percent": 0, "mirror_percent": 0},
            id="or none, where every step has more",
        ),
        pytest.param(
            {"traffic": 100, "taken_over": True},
            [{"mirrorPercent": 40}],
            {"step": 1, "weight_percent": 0, "mirror_percent": 40},
            id="or copies, where there are no others",
        ),
        pytest.param(
            {"step": 0, "weight_percent": 0, "progress": "", "traffic": 0, "phase": "Starting"},
            weights(80),
            {"step": 0, "phase": "Starting", "step_started_at": BEGAN},
            id="before the first step nothing was tried",
        ),
        pytest.param(
            {"suspend": True},
            weights(80),
            {"progress": "2/3", "weight_percent": 30},
            id="suspended, nothing moves",
        ),
        pytest.param(
            {"readiness_only": True},
            weights(80),
            {"progress": "2/3"},
            id="the way back has no steps",
        ),
    ],
)
def test_what_an_edit_does_to_a_rollout(
    fields: dict[str, Any], steps: Steps, wanted: dict[str, Any]
) -> None:
    """Each state that a rollout can be in."""
    status = edited(steps, **fields).status
    assert status.rollout is not None
    assert wanted == {name: getattr(status.rollout, name) for name in wanted}
    if "traffic" in fields and fields["traffic"] == 100:
        assert 100 == status.traffic[1].weight_percent


@pytest.mark.parametrize(
    ("fields", "steps", "reason", "what"),
    [
        pytest.param({}, weights(80), "RollingOut", "30 %", id="no step with less weight"),
        pytest.param({}, weights(10, 40), "StepStarted", "30 %", id="one with less"),
        pytest.param(
            {"weight_percent": 0, "mirror_percent": 50},
            weights(80),
            "RollingOut",
            "copies of 50 %",
            id="copies",
        ),
        pytest.param({"weight_percent": 0}, weights(80), "RollingOut", "requests", id="a preview"),
    ],
)
def test_why_it_begins_anew_is_told(
    fields: dict[str, Any], steps: Steps, reason: str, what: str
) -> None:
    """With the share that no step has any more."""
    status = edited(steps, **fields).status
    why = f"spec.rollout was edited and has no step of {what} any more"
    assert status.rollout is not None
    assert reason == "StepStarted" or why == status.rollout.why
    assert (reason, True) == (status.history[-1].reason, why in status.history[-1].message)


@pytest.mark.parametrize("taken_over", [True, False])
def test_matches_that_are_added_hold_at_once(*, taken_over: bool) -> None:
    """Unless one version has all requests, whatever they match."""
    matches = [{"headers": [{"name": "x-cohort", "value": "beta"}]}]
    before = 100 if taken_over else 30
    status = edited(BEFORE, matches=matches, taken_over=taken_over, traffic=before).status
    share = status.traffic[-1]
    assert (before, not taken_over) == (share.weight_percent, bool(share.matches))


async def in_step_two() -> ServingYard:
    """Return a yard with a canary in step 2 of 10/30/60."""
    yard = await serving(rollout={"steps": [s | {"pause": None} for s in BEFORE]})
    yard.publish("b")
    await yard.until(200, a=70, b=30)
    return yard


async def test_a_single_new_step_is_tried_before_the_promotion() -> None:
    """80 % takes place, and for its whole time."""
    yard = await in_step_two()
    yard.raw["spec"]["rollout"]["steps"] = [{"weightPercent": 80, "minSeconds": 60}]
    await yard.until(30, a=20, b=80)
    await yard.run(50)
    assert {"a": 20, "b": 80} == yard.weights
    await yard.until(60, b=100)


async def test_skipping_goes_on_from_the_edited_step() -> None:
    """Not from the number that the step had before."""
    yard = await in_step_two()
    yard.raw["spec"]["rollout"]["steps"] = weights(5, 10, 30, 60)
    yard.ask(f"skip@{yard.name('b')}")
    await yard.once()
    assert {"a": 40, "b": 60} == yard.weights
