"""The router: kept as declared, drained before it goes, its admin port its own."""

from __future__ import annotations

from builders_serving import INSTALLATION, a_model_deployment, digest

from trainyard.model_deployments.traffic.carrier import GENERATION
from trainyard.model_deployments.traffic.envoy_bootstrap import Start, bootstrap_digest
from trainyard.model_deployments.traffic.mode import DRAIN_SECONDS, routing_of
from trainyard.model_deployments.traffic.router_manifests import (
    config_map,
    deployment,
    pod_labels,
    router_name,
)

RESOURCE = a_model_deployment(status={"routingGeneration": 4})
ROUTING = routing_of(RESOURCE, RESOURCE.status)
POD = deployment(RESOURCE, INSTALLATION)["spec"]["template"]["spec"]


def test_another_start_configuration_makes_other_pods() -> None:
    """Envoy reads it once."""
    larger = a_model_deployment(traffic={"resources": {"limits": {"memory": "1Gi"}}})
    shorter = a_model_deployment(server={"maxConnectionAgeSeconds": 30})
    starts = Start(512 << 20, 60), Start(1 << 30, 60), Start(512 << 20, 30)
    for resource, start in zip((RESOURCE, larger, shorter), starts, strict=True):
        template = deployment(resource, INSTALLATION)["spec"]["template"]
        assert bootstrap_digest(start) in template["metadata"]["annotations"].values()


def test_the_configuration_carries_the_decision() -> None:
    """In an annotation, and in the files that Envoy reads."""
    found = config_map(ROUTING)
    assert "4" == found["metadata"]["annotations"][GENERATION]
    assert {"envoy.json", "clusters.json", "routes.json"} == set(found["data"])
    assert router_name(RESOURCE) == found["metadata"]["name"]


def test_a_router_drains_before_it_goes() -> None:
    """It fails its readiness, closes what is open, and answers on for a while."""
    (container,) = POD["containers"]
    drain = container["lifecycle"]["preStop"]["exec"]["command"][-1]
    assert drain.index("/healthcheck/fail") < drain.index("/drain_listeners") < drain.index("sleep")
    assert drain.endswith(f"sleep {DRAIN_SECONDS}")
    assert POD["terminationGracePeriodSeconds"] > DRAIN_SECONDS


def test_no_router_goes_before_another_is_there() -> None:
    """Two of them, on different nodes where there are some."""
    spec = deployment(RESOURCE, INSTALLATION)["spec"]
    assert (2, 0) == (spec["replicas"], spec["strategy"]["rollingUpdate"]["maxUnavailable"])
    assert pod_labels(RESOURCE) == spec["selector"]["matchLabels"]


def test_the_admin_port_is_no_port_of_the_pod() -> None:
    """Only requests and numbers can be reached from outside."""
    (container,) = POD["containers"]
    assert {8080, 8081} == {port["containerPort"] for port in container["ports"]}


def test_a_router_is_the_same_with_grpc() -> None:
    """A router that runs needs no other port, so switching gRPC on restarts none."""
    stable = {"revision": "s", "bundleDigest": digest("a"), "grpc": True}
    resource = a_model_deployment(status={"routingGeneration": 4, "stable": stable})
    assert deployment(resource, INSTALLATION) == deployment(RESOURCE, INSTALLATION)
