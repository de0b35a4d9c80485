"""When the pods of a revision that gets no requests any more may go."""

from __future__ import annotations

from datetime import timedelta

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.progress import Progress, Scene
from trainyard.model_deployments.revisions import kept_revisions, weight_of
from trainyard.model_deployments.rollout import has_taken_over
from trainyard.model_deployments.traffic.backend import DRAIN_SECONDS
from trainyard.model_deployments.traffic.choice import backend_of
from trainyard.model_deployments.traffic.envoy import cluster_names

DRAIN = timedelta(seconds=DRAIN_SECONDS)


def with_routers(scene: Scene, progress: Progress) -> Progress:
    """Return the status with the moment from which every router acts on the newest decision.

    Where its carrier is gone (deleted, or the mode was changed) it is waited for anew.
    """
    status = progress.status
    carried = scene.observed.router.decision == status.decision
    if not status.decision or (status.drained_at is not None and carried):
        return progress
    if not carried or not decision_is_in_force(scene, status):
        return progress.having(drained_at=None)
    return progress.having(drained_at=scene.now)


def decision_is_in_force(scene: Scene, status: ModelDeploymentStatus) -> bool:
    """Tell whether every router reports the decision, or the Service itself carries it."""
    router = scene.observed.router
    if scene.resource.spec.traffic.mode == "Replicas":
        return router.decision == status.decision
    asked = [pod for pod in router.pods if pod.ready]
    return bool(asked) and all((pod.reports or 0) >= status.decision for pod in asked)


def next_to_serve(
    spec: ModelDeploymentSpec, status: ModelDeploymentStatus, observed: Observed
) -> str | None:
    """Return the revision that may get its first request next, so that routers must reach it.

    That is the canary before its first step, or the stable revision when it is well again after
    the canary had to take over.
    """
    stable, canary, rollout = status.stable, status.canary, status.rollout
    if spec.suspend or canary is None or rollout is None or rollout.on_hold:
        return None
    weight = weight_of(status, canary.revision)
    if not weight:
        waits = rollout.phase in ("Paused", "Held")
        return canary.revision if observed.workload(canary.revision).ready and not waits else None
    back = stable is not None and has_taken_over(spec, rollout.step, weight)
    return stable.revision if back and stable and observed.workload(stable.revision).ready else None


def routers_reach(scene: Scene, status: ModelDeploymentStatus) -> bool:
    """Tell whether every router acts on the newest decision, and has a pod of the revision that
    may get its first request next.
    """
    if status.drained_at is None:
        return False
    name = next_to_serve(scene.resource.spec, status, scene.observed)
    if name is None or scene.resource.spec.traffic.mode != "Router":
        return True
    revision = next(r for r in kept_revisions(status) if r.revision == name)
    routers = [pod for pod in scene.observed.router.pods if pod.ready]
    return bool(routers) and all(cluster_names(revision) <= pod.reaches for pod in routers)


def retired(scene: Scene, progress: Progress) -> Progress:
    """Return the status with expired and stray revisions leaving, and those that are gone out."""
    status = progress.status
    previous = status.previous
    warm = backend_of(scene.resource.spec).keeps_warm
    until = previous.warm_until if previous is not None else None
    if previous is not None and until is not None and (until <= scene.now or not warm):
        previous = previous.model_copy(update={"warm_until": None})
    after = progress.having(previous=previous)
    kept = {r.revision for r in kept_revisions(after.status)}
    there = set(scene.observed.workloads) | set(scene.observed.services)
    leaving = [name for name in status.leaving if name in there and name not in kept]
    stray = sorted(there - kept - set(leaving))
    return after.having(leaving=tuple([*leaving, *stray][:_MOST]))


_MOST = 8
"""More wait their turn: they are found again by their labels."""


def routers_are_left(scene: Scene) -> bool:
    """Tell whether there are still routers, or what they read, that the mode has no use for."""
    router = scene.observed.router
    left = router.exists or bool(router.configuration_uid)
    return left and scene.resource.spec.traffic.mode == "Replicas"


def may_go(scene: Scene, status: ModelDeploymentStatus) -> bool:
    """Tell whether the leaving revisions have been without requests for long enough."""
    return status.drained_at is not None and scene.now >= status.drained_at + DRAIN
