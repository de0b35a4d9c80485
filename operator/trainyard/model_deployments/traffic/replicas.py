"""Mode Replicas: one Service over the pods of both revisions, so a weight is a ratio of pods."""

from __future__ import annotations

import json
from typing import Any

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.installation import Installation
from trainyard.model_deployments.traffic.backend import (
    DECISION,
    GRPC,
    TRAFFIC,
    Routing,
    user_service,
)
from trainyard.ownership import REVISION, child_labels
from trainyard.reconciling.plan import Action, Apply

NOBODY = "none"
"""A revision that no pod has: before the first version is ready the Service selects nothing."""


class ReplicasBackend:
    """The stable revision keeps all its pods, and the canary has as many as make the ratio."""

    @property
    def keeps_warm(self) -> bool:
        """See TrafficBackend: a pod of a selected revision gets requests."""
        return False

    def refused_weight(self, spec: ModelDeploymentSpec) -> str | None:
        """See TrafficBackend: one canary pod is the least there can be."""
        finest = 100 // (spec.replicas + 1)
        weights = [step.weight_percent for step in spec.rollout.steps]
        if weights[0] < finest:
            return (
                f"spec.rollout.steps: {weights[0]} % is finer than one pod beside"
                f" {spec.replicas} of the stable version, which is {finest} %: raise the weight or"
                " spec.replicas, or use traffic.mode Router"
            )
        above = next((weight for weight in weights if 50 < weight < 100), None)
        if above is None:
            return None
        return (
            f"spec.rollout.steps: {above} % would need more pods than spec.replicas, because the"
            " stable version keeps all of its own: use at most 50, or traffic.mode Router"
        )

    def canary_pods(self, replicas: int, weight: int) -> int:
        """See TrafficBackend.

        For example beside 3 stable pods: 25 % is 1 pod, 50 % and 100 % are 3.
        """
        if weight >= 50:
            return replicas
        return max(1, round(replicas * weight / (100 - weight)))

    def actions(self, routing: Routing, installation: Installation) -> tuple[Action, ...]:  # noqa: ARG002
        """See TrafficBackend."""
        service = user_service(routing, _selector(routing), GRPC)
        shares = [share.to_api() for share in routing.traffic]
        service["metadata"]["annotations"] |= {
            DECISION: str(routing.decision),
            TRAFFIC: json.dumps(shares, sort_keys=True),
        }
        return (Apply(service),)


def _selector(routing: Routing) -> dict[str, Any]:
    serving = [share.revision for share in routing.traffic if share.weight_percent > 0]
    labels = child_labels(routing.owner, component="server")
    if len(serving) > 1:
        return labels
    return labels | {REVISION: serving[0] if serving else NOBODY}
