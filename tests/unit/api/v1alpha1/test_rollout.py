"""What may be said of how a new version takes over."""

from __future__ import annotations

from builders_serving import a_model_deployment


def test_steps_are_those_of_the_strategy_unless_said() -> None:
    """So none are stored, and another strategy has its own."""
    rollout = a_model_deployment().spec.rollout
    assert ("Canary", (), ()) == (rollout.strategy, rollout.steps, rollout.matches)
    step = a_model_deployment(rollout={"steps": [{"mirrorPercent": 5}]}).spec.rollout.steps[0]
    assert (None, 5, 60) == (step.weight_percent, step.mirror_percent, step.min_seconds)
