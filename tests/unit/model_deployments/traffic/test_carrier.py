"""What stands on the object that carries out a decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import NOW

from trainyard.api.v1alpha1.rollout_status import RolloutStatus, TrafficShare
from trainyard.model_deployments.traffic.carrier import (
    GENERATION,
    ROLLOUT,
    TRAFFIC,
    carried_annotations,
    generation_in,
    rollout_in,
    traffic_in,
)

SHARES = (
    TrafficShare(role="stable", revision="s", weight_percent=70),
    TrafficShare(role="canary", revision="c", weight_percent=30),
)


def rollout(**fields: Any) -> RolloutStatus:
    """Return a rollout in step 2."""
    return RolloutStatus(
        id="c.4",
        revision="c",
        phase="Progressing",
        step=2,
        progress="2/3",
        weight_percent=30,
        steps_digest="abc",
        started_at=NOW,
        step_started_at=NOW + timedelta(minutes=1),
        **fields,
    )


@pytest.mark.parametrize("fields", [{}, {"taken_over": True}, {"readiness_only": True}])
def test_a_decision_and_where_its_rollout_stood_are_read_again(fields: dict[str, Any]) -> None:
    """Nothing of it need be guessed."""
    found = carried_annotations(7, SHARES, rollout(**fields))
    assert (7, SHARES) == (generation_in(found), traffic_in(found))
    again = rollout_in(found)
    assert again is not None
    assert rollout(**fields) == again.model_copy(update={"why": ""})


def test_evidence_and_words_stay_in_the_status() -> None:
    """So that the carrier changes with its traffic, not with every look at the counters."""
    busy = rollout(canary_requests=9000, why="waits", verdict="Pass", through=NOW)
    assert carried_annotations(7, SHARES, rollout()) == carried_annotations(7, SHARES, busy)


@pytest.mark.parametrize("text", ["", "{broken", "{}", "[]", '{"step": 1}', "null"])
def test_what_cannot_be_read_is_not_there(text: str) -> None:
    """Somebody may have edited it."""
    broken = {GENERATION: text, TRAFFIC: text, ROLLOUT: text}
    assert (None, (), None) == (generation_in(broken), traffic_in(broken), rollout_in(broken))
