"""The view that a decision is made on."""

from __future__ import annotations

from builders_serving import INSTALLATION, ROUTERS_ALWAYS
from serving_yard import ServingYard

from trainyard.model_deployments.observed import Observed, observed_from
from trainyard.model_deployments.owned_objects import owned_objects_of
from trainyard.model_deployments.revision.workload import Workload
from trainyard.model_deployments.source import Wanted


def test_a_revision_without_a_deployment_has_no_pods() -> None:
    """Asking for it is always answered."""
    seen = Observed(INSTALLATION, Wanted("", ""), workloads={"a": Workload("a", ready=2)})
    assert 2 == seen.workload("a").ready
    assert Workload("b") == seen.workload("b")


async def test_annotations_that_somebody_broke_are_no_information() -> None:
    """Never an exception that would stop everything."""
    yard = ServingYard(spec=ROUTERS_ALWAYS)
    yard.publish("a")
    await yard.run(20)
    for key in (
        ("ConfigMap", "tumours-router"),
        ("Service", "tumours"),
        ("Deployment", yard.name("a")),
    ):
        annotations = yard.objects[key]["metadata"]["annotations"]
        yard.objects[key]["metadata"]["annotations"] = dict.fromkeys(annotations, "{broken")
    owned = await owned_objects_of(yard.resource, yard)
    seen = observed_from(yard.resource, INSTALLATION, Wanted("", ""), owned)
    assert (None, (), None, (), {}) == (
        seen.carrier.generation,
        seen.carrier.traffic,
        seen.carrier.rollout,
        seen.quarantine,
        seen.records,
    )
