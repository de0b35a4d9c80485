"""The view that a decision is made on."""

from __future__ import annotations

from builders_serving import INSTALLATION

from trainyard.model_deployments.health import Workload
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.source import Wanted


def test_a_revision_without_a_deployment_has_no_pods() -> None:
    """Asking for it is always answered."""
    seen = Observed(INSTALLATION, Wanted("", ""), workloads={"a": Workload("a", ready=2)})
    assert 2 == seen.workload("a").ready
    assert Workload("b") == seen.workload("b")
