"""When the pods of a revision that gets no requests any more may go."""

from __future__ import annotations

from datetime import timedelta

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.model_deployments.revision.identity import kept_revisions
from trainyard.model_deployments.traffic.mode import UNROUTED_SECONDS
from trainyard.model_deployments.traffic.modes import mode_of
from trainyard.model_deployments.view import Turn, View

UNROUTED = timedelta(seconds=UNROUTED_SECONDS)


def retired(view: View, turn: Turn) -> Turn:
    """Return the status with expired and stray revisions leaving, and those that are gone out."""
    status = turn.status
    previous = status.previous
    warm = mode_of(view.resource.spec).keeps_warm
    until = previous.warm_until if previous is not None else None
    if previous is not None and until is not None and (until <= view.now or not warm):
        previous = previous.model_copy(update={"warm_until": None})
    after = turn.changed(previous=previous)
    kept = {r.revision for r in kept_revisions(after.status)}
    there = set(view.observed.workloads) | set(view.observed.services)
    leaving = [name for name in status.leaving if name in there and name not in kept]
    stray = sorted(there - kept - set(leaving))
    return after.changed(leaving=tuple([*leaving, *stray][:_MOST]))


_MOST = 8
"""More wait their turn: they are found again by their labels."""


def may_go(view: View, status: ModelDeploymentStatus) -> bool:
    """Tell whether the leaving revisions have been without requests for long enough."""
    return (
        status.routing_applied_at is not None and view.now >= status.routing_applied_at + UNROUTED
    )
