"""Which mode a spec chooses: one row each."""

from __future__ import annotations

from collections.abc import Mapping

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.model_deployments.traffic.gateway import GatewayMode
from trainyard.model_deployments.traffic.mode import TrafficMode
from trainyard.model_deployments.traffic.releasing import ReleasingMode
from trainyard.model_deployments.traffic.replicas import ReplicasMode
from trainyard.model_deployments.traffic.router import RouterMode

_MODES: Mapping[tuple[str, str], TrafficMode] = {
    ("Router", "Always"): RouterMode(),
    ("Router", "Releasing"): ReleasingMode(),
    ("Replicas", "Always"): ReplicasMode(),
    ("Replicas", "Releasing"): ReplicasMode(),
    ("Gateway", "Always"): GatewayMode(),
    ("Gateway", "Releasing"): GatewayMode(),
}


def mode_of(spec: ModelDeploymentSpec) -> TrafficMode:
    """Return the mode of the spec."""
    return _MODES[spec.traffic.mode, spec.traffic.router]
