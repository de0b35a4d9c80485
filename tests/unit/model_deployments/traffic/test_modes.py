"""Which mode a spec chooses, and that only the modes know which one it is."""

from __future__ import annotations

import re
from pathlib import Path

from builders_serving import a_model_deployment
from gateway_answers import GATEWAY

import trainyard.model_deployments
from trainyard.model_deployments.traffic.gateway import GatewayMode
from trainyard.model_deployments.traffic.modes import mode_of
from trainyard.model_deployments.traffic.releasing import ReleasingMode
from trainyard.model_deployments.traffic.replicas import ReplicasMode
from trainyard.model_deployments.traffic.router import RouterMode


def test_the_mode_chooses_and_a_router_for_releases_is_the_default() -> None:
    """Replicas has no router, whenever one is wanted."""
    assert isinstance(mode_of(a_model_deployment().spec), ReleasingMode)
    plain = a_model_deployment(traffic={"mode": "Replicas"})
    assert isinstance(mode_of(plain.spec), ReplicasMode)
    always = a_model_deployment(traffic={"router": "Always"})
    assert RouterMode is type(mode_of(always.spec))
    both = a_model_deployment(traffic={"mode": "Replicas", "router": "Always"})
    assert isinstance(mode_of(both.spec), ReplicasMode)
    for router in ("Always", "Releasing"):
        gateway = {"mode": "Gateway", "gateway": GATEWAY, "router": router}
        assert isinstance(mode_of(a_model_deployment(traffic=gateway).spec), GatewayMode)


def test_nobody_outside_asks_which_mode_it_is() -> None:
    """What differs between the modes stands behind their protocol, and nowhere else."""
    slice_ = Path(trainyard.model_deployments.__path__[0])
    asking = [
        str(path.relative_to(slice_))
        for path in slice_.rglob("*.py")
        if re.search(r"spec\.traffic\.(mode|router)\b|\bmode [!=]= ", path.read_text())
    ]
    assert ["traffic/modes.py"] == asking
