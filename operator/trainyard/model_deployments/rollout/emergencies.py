"""What the pods' state alone demands of a rollout, whatever its strategy is."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.revision.workload import Trouble, Workload
from trainyard.model_deployments.rollout.deadlines import overdue
from trainyard.model_deployments.rollout.steps import traffic_now
from trainyard.model_deployments.rollout.strategy import Act, Move, Standing, back, starting
from trainyard.model_deployments.traffic.decision import split

NEVER_READY = timedelta(seconds=180)
"""A server that runs this long without being ready never will be."""
CLUSTER_PATIENCE = timedelta(seconds=120)
"""The cluster itself retries image pulls and scheduling; after this the attempt is given up."""


def emergency(at: Standing, stable: Workload) -> Move | None:
    """Return what the pods' state alone demands, or None."""
    broken = crashed(at.canary, at.now)
    if broken is not None and stable.ready:
        return back(at, Act.ROLL_BACK, broken, Reason.CRASHED)
    if not stable.ready and not at.canary.ready:
        why = f"no version has a ready pod, the weights stay ({stable.message or 'stable'})"
        return Move(Act.STAY, why, reason=Reason.BOTH_FAILED)
    if not stable.ready:
        return _stable_down(at, stable)
    if not at.canary.ready:
        return _canary_down(at, stable)
    if at.rollout.taken_over:
        return _given_back(at, stable)
    return None


def crashed(canary: Workload, now: datetime) -> str | None:
    """Return why the canary counts as broken: what Kubernetes itself shows is evidence."""
    if canary.trouble is Trouble.CRASH:
        return canary.message
    since = canary.unready_since
    if not canary.ready and since is not None and now - since > NEVER_READY:
        return f"its server runs and is not ready since {since:%H:%M:%S} UTC"
    return None


def cannot_start(
    canary: Workload, rollout: RolloutStatus, now: datetime
) -> tuple[Reason, str] | None:
    """Return why no pod of the version comes up, or None while it may still do."""
    broken = crashed(canary, now)
    if canary.ready:
        return None
    if broken is not None:
        return Reason.CRASHED, broken
    waited = now - rollout.step_started_at
    if canary.trouble is None or waited <= CLUSTER_PATIENCE:
        return None
    shared = canary.trouble is Trouble.STORE
    return Reason.STORE_NOT_SHAREABLE if shared else Reason.CLUSTER_FAULT, canary.message


def _stable_down(at: Standing, stable: Workload) -> Move:
    why = f"no pod of the stable version is ready {stable.message}".strip()
    if at.canary_weight == 100:
        return Move(Act.STAY, why, reason=Reason.STABLE_FAILED)
    traffic = split(stable.revision, at.rollout.revision, 100)
    return Move(Act.TAKE_OVER, why, reason=Reason.STABLE_FAILED, traffic=traffic)


def _given_back(at: Standing, stable: Workload) -> Move:
    """Return the way back to the step's weights, once stable pods can carry their share."""
    needed = math.ceil(at.spec.replicas * (100 - at.rollout.weight_percent) / 100)
    if stable.ready < min(needed, stable.replicas or needed):
        why = f"{stable.ready} of {needed} pods of the stable version are ready again"
    elif not at.routers_know:
        why = "the stable version is ready again, the routers do not reach it yet"
    else:
        why = "the stable version is ready again"
        traffic = traffic_now(at.spec, at.rollout, stable.revision)
        return Move(Act.GIVE_BACK, why, traffic=traffic)
    return Move(Act.STAY, why, reason=Reason.STABLE_FAILED)


def _canary_down(at: Standing, stable: Workload) -> Move:
    if at.canary_weight or at.rollout.step:
        why = f"no pod of the new version is ready {at.canary.message}".strip()
        return Move(Act.WITHDRAW, why, traffic=split(stable.revision, at.rollout.revision, 0))
    fault = cannot_start(at.canary, at.rollout, at.now)
    if fault is not None:
        return back(at, Act.RETRY_LATER, fault[1], fault[0])
    return overdue(at) or Move(Act.STAY, starting(at), reason=Reason.STARTING)
