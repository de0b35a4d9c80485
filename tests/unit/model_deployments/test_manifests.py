"""The children of a revision, word for word in what running systems rely on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders_serving import INSTALLATION, a_model_deployment, digest

from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.api.v1alpha1.server import ExplainSpec
from trainyard.model_deployments.manifests import (
    RECORD,
    deployment,
    disruption_budget,
    revision_labels,
    service,
)
from trainyard.model_deployments.revision.identity import revision_of
from trainyard.model_deployments.traffic.router_manifests import deployment as router_deployment
from trainyard.model_deployments.traffic.router_manifests import pod_labels

RESOURCE = a_model_deployment(pod={"resources": {"limits": {"memory": "1Gi"}}})
REVISION = revision_of(RESOURCE, digest("a"), "recipe-1", "trainyard/serving:1")
DEPLOYMENT = deployment(RESOURCE, REVISION, 2, "canary", INSTALLATION)
POD = DEPLOYMENT["spec"]["template"]["spec"]


def environment(container: dict[str, object]) -> dict[str, str]:
    """Return the plain variables of a container."""
    found = container["env"]
    assert isinstance(found, list)
    return {v["name"]: v["value"] for v in found if "value" in v}


def test_the_record_in_the_deployment_is_the_whole_revision() -> None:
    """So a lost status can be read again."""
    text = DEPLOYMENT["metadata"]["annotations"][RECORD]
    assert REVISION == Revision.model_validate_json(text)
    assert "canary" == DEPLOYMENT["metadata"]["labels"]["trainyard.dev/role"]


def test_roles_are_not_in_the_pods() -> None:
    """Promotion changes a role, and must restart no pod."""
    assert "trainyard.dev/role" not in DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    assert "canary" not in json.dumps(DEPLOYMENT["spec"])


def test_the_server_knows_what_it_serves_and_has_no_credentials() -> None:
    """Only the init container reaches the store, and only to read."""
    fetch, server = POD["initContainers"][0], POD["containers"][0]
    assert {
        "TRAINYARD_BUNDLE_DIGEST": digest("a"),
        "TRAINYARD_BUNDLE_DIR": "/trainyard/bundle",
        "TRAINYARD_MODEL_NAME": "tumours",
        "TRAINYARD_REVISION": REVISION.revision,
        "TRAINYARD_DRAIN_SECONDS": "8",
        "TRAINYARD_ANSWERS_PORT": "8082",
        "TRAINYARD_MAX_BATCH_ROWS": "512",
        "TRAINYARD_MAX_CONNECTION_AGE_SECONDS": "60",
    } == environment(server)
    assert {
        "TRAINYARD_STORE_URL": "file:///trainyard/store/default/team",
        "TRAINYARD_BUNDLE_DIGEST": digest("a"),
        "TRAINYARD_BUNDLE_DIR": "/trainyard/bundle",
    } == environment(fetch)
    mounts = {m["name"]: m.get("readOnly", False) for m in fetch["volumeMounts"]}
    assert {"store": True, "bundle": False, "tmp-fetch": False} == mounts
    assert "store" not in {m["name"] for m in server["volumeMounts"]}


def test_a_revision_from_before_connections_had_an_age_keeps_its_pods() -> None:
    """Its record says none."""
    before = REVISION.model_copy(update={"max_connection_age_seconds": 0})
    server = deployment(RESOURCE, before, 1, "stable", INSTALLATION)["spec"]["template"]["spec"]
    assert "TRAINYARD_MAX_CONNECTION_AGE_SECONDS" not in environment(server["containers"][0])


def test_explanations_are_within_the_limits_of_the_revision() -> None:
    """Off unless the revision says so."""
    assert not [name for name in environment(POD["containers"][0]) if "EXPLAIN" in name]
    on = REVISION.model_copy(update={"explain": ExplainSpec(max_rows=3)})
    server = deployment(RESOURCE, on, 1, "stable", INSTALLATION)["spec"]["template"]["spec"]
    told = environment(server["containers"][0])
    expected = ("3", "4096")
    assert expected == tuple(told[f"TRAINYARD_EXPLAIN_{n}"] for n in ("ROWS", "EVALUATIONS"))


def test_pods_meet_the_restricted_level_and_outlive_their_drain() -> None:
    """The grace period is longer than the drain."""
    assert POD["terminationGracePeriodSeconds"] > 8
    assert POD["securityContext"]["runAsNonRoot"]
    for container in (*POD["initContainers"], *POD["containers"]):
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert {"cpu": "4", "memory": "1Gi", "ephemeral-storage": "10Gi"} == container["resources"][
            "limits"
        ]
    folders = [v["emptyDir"] for v in POD["volumes"] if "emptyDir" in v]
    assert [{"sizeLimit": "10Gi"}] * len(folders) == folders


def test_who_says_nothing_is_ready_for_longer_than_who_says_no() -> None:
    """A machine without time for its pods would else leave a Service to nobody; routers, too."""
    for rendered in (DEPLOYMENT, router_deployment(RESOURCE, INSTALLATION)):
        (container, *_) = rendered["spec"]["template"]["spec"]["containers"]
        probe = container["readinessProbe"]
        assert 3 >= probe["failureThreshold"] * probe["periodSeconds"]
        assert 30 <= probe["failureThreshold"] * probe["timeoutSeconds"]


def test_the_service_of_a_revision_names_its_ready_pods() -> None:
    """Headless, so that the router sees each pod."""
    found = service(RESOURCE, REVISION)
    assert "None" == found["spec"]["clusterIP"]
    assert found["spec"]["publishNotReadyAddresses"], "a slow pod is better than no address"
    assert {"trainyard.dev/revision": REVISION.revision} == found["spec"]["selector"]
    assert found["spec"]["selector"].items() <= revision_labels(RESOURCE, REVISION.revision).items()


def test_an_operator_upgrade_renders_the_same_pods() -> None:
    """The image is that of the record, not of the installation."""
    assert "trainyard/serving:1" == POD["containers"][0]["image"]


def test_a_revision_that_speaks_grpc_has_a_second_port() -> None:
    """In the server's environment, in its pods, and in its Service as HTTP/2 without TLS."""
    resource = a_model_deployment(server={"grpc": True})
    speaking = revision_of(resource, digest("a"), "recipe-1", "trainyard/serving:1")
    made = deployment(resource, speaking, 1, "stable", INSTALLATION)
    (server,) = made["spec"]["template"]["spec"]["containers"]
    assert "9000" == environment(server)["TRAINYARD_GRPC_PORT"]
    assert {"http": 8080, "grpc": 9000} == {p["name"]: p["containerPort"] for p in server["ports"]}
    http, grpc = service(resource, speaking)["spec"]["ports"]
    assert ("http", "grpc") == (http["name"], grpc["name"])
    assert "kubernetes.io/h2c" == grpc["appProtocol"]


def test_a_revision_without_grpc_is_rendered_as_before_there_was_any() -> None:
    """Not a word of it, so that nothing that runs is another."""
    assert "grpc" not in json.dumps(DEPLOYMENT["spec"]).lower()
    assert "grpc" not in json.dumps(service(RESOURCE, REVISION)).lower()


@pytest.mark.parametrize(
    ("spec", "most"),
    [
        pytest.param({}, 1, id="one, unless it is said"),
        pytest.param({"disruptionBudget": {"maxUnavailable": "25%"}}, "25%", id="a share"),
    ],
)
def test_a_drain_of_nodes_takes_few_pods_at_a_time(spec: dict[str, Any], most: int | str) -> None:
    """Of servers and routers of every version; what is not ready stands in nobody's way."""
    resource = a_model_deployment(**spec)
    budget = disruption_budget(resource)["spec"]
    assert (most, "AlwaysAllow") == (budget["maxUnavailable"], budget["unhealthyPodEvictionPolicy"])
    wanted = budget["selector"]["matchLabels"].items()
    for labels in (revision_labels(resource, "r"), pod_labels(resource)):
        assert wanted <= labels.items()
