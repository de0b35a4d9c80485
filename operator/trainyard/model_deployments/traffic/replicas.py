"""Mode Replicas: one Service over the pods of both revisions, so a weight is a ratio of pods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trainyard.api.v1alpha1.model_deployment import ModelDeployment, ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, Revision
from trainyard.api.v1alpha1.rollout_status import TrafficShare
from trainyard.installation import Installation
from trainyard.model_deployments.analysis.samples import SERVER
from trainyard.model_deployments.owned_objects import OwnedObjects, named
from trainyard.model_deployments.traffic.carrier import Carrier, RouterPod
from trainyard.model_deployments.traffic.decision import TrafficDecision
from trainyard.model_deployments.traffic.mode import (
    NOBODY,
    SERVING_PORT,
    CountedAt,
    Routing,
    carrying_service,
    most_asked,
)
from trainyard.model_deployments.traffic.router import carrier_in
from trainyard.ownership import REVISION, child_labels
from trainyard.reconciling.plan import Action, Apply

_NO_ROUTER = "traffic.mode Router can do this; with Replicas"


class ReplicasMode:
    """The stable revision keeps all its pods, and the canary has as many as make the ratio."""

    @property
    def keeps_warm(self) -> bool:
        """See TrafficMode: a pod of a selected revision gets requests."""
        return False

    def unsupported(self, decision: TrafficDecision, replicas: int) -> str | None:
        """See TrafficMode: one canary pod is the least there can be."""
        if decision.mirror_percent:
            return f"{_NO_ROUTER} no request is copied (mirrorPercent)"
        if decision.matches:
            return f"{_NO_ROUTER} no header or cookie is looked at (matches)"
        weight = decision.weights[-1][1] if decision.weights else 100
        finest = 100 // (replicas + 1)
        if 0 < weight < finest:
            return (
                f"{weight} % is finer than one pod beside {replicas} of the stable version, which"
                f" is {finest} %: raise the weight or spec.replicas, or use traffic.mode Router"
            )
        if 50 < weight < 100:
            return (
                f"{weight} % would need more pods than spec.replicas, because the stable version"
                " keeps all of its own: use at most 50, or traffic.mode Router"
            )
        return None

    def canary_pods(self, replicas: int, weight: int) -> int:
        """See TrafficMode.

        For example beside 3 stable pods: 25 % is 1 pod, 50 % and 100 % are 3.
        """
        if weight >= 50:
            return replicas
        return max(1, round(replicas * weight / (100 - weight)))

    def read(self, resource: ModelDeployment, owned: OwnedObjects) -> Carrier:
        """See TrafficMode: the Service carries the decision."""
        return carrier_in(resource, owned, named(owned.services, resource.metadata.name))

    def actions(
        self,
        routing: Routing,
        carrier: Carrier,  # noqa: ARG002
        installation: Installation,  # noqa: ARG002
    ) -> tuple[Action, ...]:
        """See TrafficMode."""
        return (Apply(carrying_service(routing, _selector(routing))),)

    def reporters(self, carrier: Carrier) -> tuple[RouterPod, ...]:  # noqa: ARG002
        """See TrafficMode: nobody need be asked."""
        return ()

    def in_force(self, carrier: Carrier, generation: int) -> bool:
        """See TrafficMode: as soon as the Service has it."""
        return carrier.generation == generation

    def not_sticky(self) -> str | None:
        """See TrafficMode: no cookie is looked at."""
        return f"{_NO_ROUTER} no cookie is looked at"

    def reaches(
        self,
        carrier: Carrier,  # noqa: ARG002
        revision: Revision,  # noqa: ARG002
        apart: frozenset[str],  # noqa: ARG002
    ) -> bool:
        """See TrafficMode: ready pods are endpoints."""
        return True

    def answers(self, traffic: Sequence[TrafficShare]) -> str:
        """See TrafficMode: requests are divided behind the Service."""
        return most_asked(traffic)

    def counts_at(self, owned: OwnedObjects, arms: tuple[Revision | None, ...]) -> CountedAt:
        """See TrafficMode: at the servers themselves."""
        names = [r.revision for r in arms if r is not None]
        return CountedAt(owned.servers(names), f"{SERVING_PORT}/metrics", SERVER)

    def needs_routers(self, spec: ModelDeploymentSpec, status: ModelDeploymentStatus) -> bool:  # noqa: ARG002
        """See TrafficMode: never."""
        return False


def _selector(routing: Routing) -> dict[str, Any]:
    serving = [share.revision for share in routing.traffic if share.weight_percent > 0]
    labels = child_labels(routing.owner, component="server")
    if len(serving) > 1:
        return labels
    return labels | {REVISION: serving[0] if serving else NOBODY}
