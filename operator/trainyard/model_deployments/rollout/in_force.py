"""Whether the newest traffic decision is in force, and whom requests may reach next."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.revision.identity import kept_revisions, weight_of
from trainyard.model_deployments.rollout.steps import groups_apart
from trainyard.model_deployments.traffic.in_force import is_in_force
from trainyard.model_deployments.traffic.modes import mode_of
from trainyard.model_deployments.view import Turn, View


def with_routing_applied(view: View, turn: Turn) -> Turn:
    """Return the status with the moment from which every router acts on the newest decision."""
    status = turn.status
    if not status.routing_generation:
        return turn
    if not is_in_force(view.resource.spec, status, view.observed.carrier):
        return turn.changed(routing_applied_at=None)
    return turn.changed(routing_applied_at=status.routing_applied_at or view.now)


def next_to_serve(
    spec: ModelDeploymentSpec, status: ModelDeploymentStatus, observed: Observed
) -> str | None:
    """Return the revision that may get its first request next, so that routers must reach it.

    That is the canary before its first step and before it gets all requests at once, or the
    stable revision when it is well again after
    the canary had to take over.
    """
    stable, canary, rollout = status.stable, status.canary, status.rollout
    if spec.suspend or canary is None or rollout is None or rollout.pause_requested:
        return None
    weight = weight_of(status, canary.revision)
    if not weight:
        if rollout.step and not rollout.finishing:
            return None  # it gets copies already, or nobody asks it before the switch
        waits = rollout.phase == "Paused" or not observed.workload(canary.revision).ready
        return None if waits else canary.revision
    back = stable if rollout.taken_over else None
    return back.revision if back and observed.workload(back.revision).ready else None


def routers_reach(view: View, status: ModelDeploymentStatus) -> bool:
    """Tell whether every router acts on the newest decision, and has a pod of the revision that
    may get its first request next.
    """
    if status.routing_applied_at is None:
        return False
    name = next_to_serve(view.resource.spec, status, view.observed)
    if name is None:
        return True
    spec = view.resource.spec
    revision = next(r for r in kept_revisions(status) if r.revision == name)
    beside = status.stable is not None and name != status.stable.revision
    apart = groups_apart(spec) if beside else frozenset[str]()
    return mode_of(spec).reaches(view.observed.carrier, revision, apart)
