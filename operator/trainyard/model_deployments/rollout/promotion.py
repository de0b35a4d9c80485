"""When a new version that went through its steps gets all requests."""

from __future__ import annotations

from trainyard.model_deployments.rollout.deadlines import overdue
from trainyard.model_deployments.rollout.strategy import Act, Move, Standing, promoted

NOT_REACHED = "the routers do not reach it yet, over HTTP and, where it is on, over gRPC"


def not_reached(at: Standing) -> str:
    """Return that routers do not reach it, and what keeps them from starting."""
    return f"{NOT_REACHED}; {at.routers_trouble}" if at.routers_trouble else NOT_REACHED


def promotion(at: Standing) -> Move:
    """Return the promotion, or what it waits for: pods for all requests, and routers that reach
    them.
    """
    rollout, wanted = at.rollout, at.spec.replicas
    if not at.routers_know:
        return Move(Act.STAY, not_reached(at))
    ends = rollout.finishing or rollout.readiness_only
    # Whom no user has asked yet is looked for by the routers once more.
    unasked = bool(rollout.step) and not at.canary_weight
    if at.canary.ready >= wanted and (ends or not unasked):
        return promoted(at, _why(at))
    if not ends:
        why = f"{at.canary.ready} of {wanted} pods are ready for all requests; {at.why}"
        return Move(Act.FINISH, why)
    why = f"{at.canary.ready} of {wanted} pods are ready for all requests"
    return overdue(at) or Move(Act.STAY, why)


def _why(at: Standing) -> str:
    if at.rollout.readiness_only:
        return "as asked"
    return f"all steps passed: {at.why}" if at.rollout.step else "its pods are ready"
