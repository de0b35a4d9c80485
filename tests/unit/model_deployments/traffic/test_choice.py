"""Which way of splitting traffic a spec chooses."""

from __future__ import annotations

from builders_serving import a_model_deployment

from trainyard.model_deployments.traffic.choice import backend_of
from trainyard.model_deployments.traffic.replicas import ReplicasBackend
from trainyard.model_deployments.traffic.router import RouterBackend


def test_the_mode_chooses_and_router_is_the_default() -> None:
    """Two modes, two back ends."""
    assert isinstance(backend_of(a_model_deployment().spec), RouterBackend)
    plain = a_model_deployment(traffic={"mode": "Replicas"})
    assert isinstance(backend_of(plain.spec), ReplicasBackend)
