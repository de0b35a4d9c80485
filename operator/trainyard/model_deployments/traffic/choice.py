"""Which way of splitting traffic a spec chooses."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.model_deployments.traffic.backend import TrafficBackend
from trainyard.model_deployments.traffic.replicas import ReplicasBackend
from trainyard.model_deployments.traffic.router import RouterBackend


def backend_of(spec: ModelDeploymentSpec) -> TrafficBackend:
    """Return the back end for the mode of the spec."""
    return RouterBackend() if spec.traffic.mode == "Router" else ReplicasBackend()
