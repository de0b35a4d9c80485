"""Strategy Immediate: all requests at once when the pods are ready.

Starting ──all pods ready, reached by the routers──► promoted
   │
   ▼
rolled back (crash, rehearsal)   ·   tried again later (the cluster's fault)
"""

from __future__ import annotations

from trainyard.model_deployments.rollout.deadlines import overdue
from trainyard.model_deployments.rollout.promotion import promotion
from trainyard.model_deployments.rollout.strategy import Act, Move, Standing, starting


def next_move(at: Standing) -> Move:
    """Return the promotion once there are pods for all requests."""
    if at.canary.ready < at.spec.replicas:
        return overdue(at) or Move(Act.STAY, starting(at))
    return promotion(at)
