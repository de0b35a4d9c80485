"""A rollout in which every field has been written, and what is told of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from builders_serving import INSTALLATION, NOW, a_model_deployment, digest

from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.traffic.decision import shares_of, split
from trainyard.model_deployments.view import Turn, View

SPEC = a_model_deployment(rollout={"steps": [{"weightPercent": 5}, {"weightPercent": 50}]})
VIEW = View(SPEC, Observed(INSTALLATION, Wanted("", "")), NOW)
STABLE, CANARY, OLDER = (
    Revision(revision=name, bundle_digest=digest(letter))
    for name, letter in (("s", "a"), ("c", "b"), ("o", "d"))
)
SAID = {"name": "errors", "verdict": "Fail", "why": "too many", "version": 1}
BEGAN = NOW - timedelta(seconds=100)
PAUSED = NOW - timedelta(seconds=30)
ROLLOUT = RolloutStatus.model_validate(
    {
        "id": "c.1",
        "revision": "c",
        "phase": "Paused",
        "step": 1,
        "progress": "1/2",
        "started_at": BEGAN,
        "step_started_at": BEGAN,
        "observed_until": PAUSED,
        "paused_at": PAUSED,
        "paused_seconds": 50,
        "pause_requested": True,
        "weight_percent": 5,
        "mirror_percent": 7,
        "steps_digest": "before",
        "expected_seconds": 77,
        "stable_requests": 900,
        "canary_requests": 100,
        "verdict": "Pass",
        "why": "before",
        "checks": [SAID],
        "finishing": True,
        "taken_over": True,
    }
)


def before(rollout: RolloutStatus = ROLLOUT, **fields: Any) -> Turn:
    """Return a rollout at 5 %, of which every field has been written before."""
    turn = VIEW.begin().changed(stable=STABLE, canary=CANARY, rollout=rollout, **fields)
    return turn.changed(traffic=shares_of(turn.status, split("s", "c", 5)))


def told(turn: Turn) -> list[tuple[str, str, str]]:
    """Return type, reason and words of the Events."""
    return [(event.type, event.reason, event.message) for event in turn.events]
