"""What stays known of rollouts that ended: who served before, and the result of each arm."""

from __future__ import annotations

from trainyard.api.v1alpha1.arm import Arm
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, Revision

SERVED_KEPT = 10


def arms_of(status: ModelDeploymentStatus) -> tuple[Arm, ...]:
    """Return the result of each arm of the rollout that ends, or of the last one that had any."""
    rollout = status.rollout
    return rollout.arms if rollout is not None and rollout.arms else status.last_arms


def served_before(status: ModelDeploymentStatus, now: Revision) -> tuple[Revision, ...]:
    """Return who served before `now` does, the newest first; who serves is not among them."""
    old, served = status.stable, status.served
    before = served if old is None else (old, *(r for r in served if r.revision != old.revision))
    return tuple(r for r in before if r.revision != now.revision)[:SERVED_KEPT]
