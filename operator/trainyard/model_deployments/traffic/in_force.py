"""Whether the newest traffic decision is what requests meet."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.model_deployments.traffic.carrier import Carrier
from trainyard.model_deployments.traffic.modes import mode_of


def is_unrouted(status: ModelDeploymentStatus, carrier: Carrier) -> bool:
    """Tell whether no version was ever let in: there is nothing to carry, and no router yet."""
    return not status.traffic and carrier.generation is None


def routers_are_leaving(
    spec: ModelDeploymentSpec, status: ModelDeploymentStatus, carrier: Carrier
) -> bool:
    """Tell whether there are routers that no request is to pass any more."""
    return carrier.has_routers and not mode_of(spec).needs_routers(spec, status)


def is_in_force(spec: ModelDeploymentSpec, status: ModelDeploymentStatus, carrier: Carrier) -> bool:
    """Tell whether the decision is carried and every router acts on it; once it was, it stays so.

    Where its carrier is gone (deleted, or the mode was changed) it is not.
    """
    generation = status.routing_generation
    if generation and is_unrouted(status, carrier):
        return True
    if not generation or carrier.generation != generation:
        return False
    return status.routing_applied_at is not None or mode_of(spec).in_force(carrier, generation)
