"""The operator's Deployment and what is around it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from chart_rendering import Manifest, of_kind, only, render

from trainyard.api.pod_settings import PodSettings
from trainyard.crdgen.kinds import KINDS
from trainyard.pod_defaults import PodDefaults
from trainyard.pod_security import hardened_pod
from trainyard.receivers import Receivers
from trainyard.settings import PREFIX, Settings
from trainyard.tracking_servers import TrackingServers

DIGEST = f"sha256:{'a' * 64}"

RECEIVERS = {"ops": {"format": "Slack", "namespaces": ["team-a"]}}
SERVERS = {"team": {"namespaces": ["team-a"]}}


def container(values: dict[str, Any] | None = None) -> Manifest:
    """Return the operator's container."""
    found: Manifest
    (found,) = only(render(values), "Deployment")["spec"]["template"]["spec"]["containers"]
    return found


def environment(values: dict[str, Any] | None = None) -> dict[str, str]:
    """Return the literal environment variables of the operator."""
    return {e["name"]: e["value"] for e in container(values)["env"] if "value" in e}


def test_every_variable_is_one_that_the_operator_reads() -> None:
    """No value of the chart goes nowhere."""
    everything = {
        "store": {"url": "s3://models/p", "endpoint": "http://s3:9000", "region": "eu"}
        | {"readSecretName": "reader", "retentionDays": 90},
        "prometheus": {"url": "http://p:9090", "secretName": "s", "timeoutSeconds": 9}
        | {"enforcedNamespaceLabel": "namespace"},
        "notifications": {"secretName": "s", "receivers": {"ops": {}}},
        "tracking": {
            kind: {"secretName": "s", "servers": {"team": {}}} for kind in ("mlflow", "openlineage")
        },
        "namespaces": ["a", "b"],
    }
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert {e["name"] for e in container(everything)["env"]} <= known


IMAGES = {"training": "t:1", "serving": "s:1", "router": "r:1"} | {
    "servingSklearn": "k:1",
    "federated": "f:1",
}


STORE = {"url": "s3://models/team", "endpoint": "http://s3:9000", "region": "eu-1"} | {
    "readSecretName": "reader",
    "retentionDays": 90,
}
OPENED = {"secretName": "opens", "servers": SERVERS}


def test_the_operator_can_read_what_the_chart_gives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rendered values pass the operator's own validation and mean what was said."""
    values = {
        "store": STORE,
        "prometheus": {"url": "http://prometheus:9090", "secretName": "opens"}
        | {"timeoutSeconds": 20, "enforcedNamespaceLabel": "namespace"},
        "notifications": {"secretName": "opens", "receivers": RECEIVERS},
        "tracking": {"mlflow": OPENED, "openlineage": OPENED},
        "namespaces": ["team-a", "team-b"],
        "installation": "main",
        "logLevel": "DEBUG",
        "images": IMAGES,
    }
    for name, value in environment(values).items():
        monkeypatch.setenv(name, value)
    assert Settings() == Settings.model_construct(
        namespaces=("team-a", "team-b"),
        installation="main",
        store="s3://models/team",
        store_endpoint="http://s3:9000",
        store_region="eu-1",
        store_read_secret="reader",
        store_retention_days=90,
        training_image="t:1",
        federated_image="f:1",
        serving_image="s:1",
        serving_sklearn_image="k:1",
        router_image="r:1",
        receivers=Receivers.model_validate(RECEIVERS),
        receivers_folder="/trainyard/receivers",
        mlflow_servers=TrackingServers.model_validate(SERVERS),
        mlflow_folder="/trainyard/mlflow",
        openlineage_servers=TrackingServers.model_validate(SERVERS),
        openlineage_folder="/trainyard/openlineage",
        prometheus_url="http://prometheus:9090",
        prometheus_secret_folder="/trainyard/prometheus",
        prometheus_timeout_seconds=20,
        prometheus_namespace_label="namespace",
        log_level="DEBUG",
    )


def test_the_pod_is_as_restricted_as_pod_security_wants() -> None:
    """Non-root, no capabilities, read-only root, default seccomp, a writable /tmp of 64 MiB."""
    pod = only(render(), "Deployment")["spec"]["template"]["spec"]
    (found,) = pod["containers"]
    expected = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert expected == found["securityContext"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["volumes"] == [{"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}]


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"prometheus": {"url": "http://p:9090", "secretName": "opens"}}, "prometheus"),
        ({"notifications": {"secretName": "opens"}}, "receivers"),
        ({"tracking": {"mlflow": {"secretName": "opens"}}}, "mlflow"),
        ({"tracking": {"openlineage": {"secretName": "opens"}}}, "openlineage"),
    ],
)
def test_what_opens_others_is_mounted_where_it_is_read(values: dict[str, Any], path: str) -> None:
    """And nothing is mounted where no secret is named."""
    found = render(values)
    pod = only(found, "Deployment")["spec"]["template"]["spec"]
    (volume,) = (v for v in pod["volumes"] if "secret" in v)
    (mount,) = (m for m in pod["containers"][0]["volumeMounts"] if m["name"] == volume["name"])
    assert ("opens", 0o440) == (volume["secret"]["secretName"], volume["secret"]["defaultMode"])
    assert mount["mountPath"] == f"/trainyard/{path}"


def test_the_probes_ask_where_the_operator_answers() -> None:
    """Paths and port of the probes are those of the operator's own server."""
    found = container()
    (port,) = found["ports"]
    assert port["containerPort"] == Settings.model_fields["port"].default
    assert found["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "http"}
    assert found["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}


def test_a_digest_wins_over_the_tag() -> None:
    """What is pinned is what runs."""
    image = {"repository": "example.org/operator", "tag": "1", "digest": DIGEST}
    assert container({"image": image})["image"] == f"example.org/operator@{DIGEST}"


@pytest.mark.parametrize(
    ("keep", "policy"),
    [
        pytest.param(True, "keep", id="kept when the release goes"),
        pytest.param(False, None, id="removed with the release"),
    ],
)
def test_the_crds_come_with_the_release(keep: bool, policy: str | None) -> None:
    """They are templates, so upgrades change them; the annotation decides what uninstall does."""
    crds = of_kind(render({"crds": {"keep": keep}}), "CustomResourceDefinition")
    policies = {c["metadata"]["annotations"].get("helm.sh/resource-policy") for c in crds}
    assert (len(crds), policies) == (len(KINDS), {policy})


def test_the_crds_can_be_left_out() -> None:
    """Where somebody else installs them, the release holds none."""
    assert of_kind(render({"crds": {"enabled": False}}), "CustomResourceDefinition") == []


def test_what_is_optional_is_off() -> None:
    """Monitors appear only when asked for."""
    optional = {"PodMonitor"}
    assert optional.isdisjoint(m["kind"] for m in render())
    asked = render({"podMonitor": {"enabled": True}})
    assert optional <= {m["kind"] for m in asked}


def test_a_server_cannot_fill_prometheus() -> None:
    """Its image may be anybody's; the operator's own page is not limited."""
    made = render({"podMonitor": {"enabled": True, "sampleLimit": 1000}})
    limits = {
        m["metadata"]["name"]: m["spec"].get("sampleLimit") for m in of_kind(made, "PodMonitor")
    }
    assert {"trainyard": None, "trainyard-models": 1000} == limits


def test_nothing_random_is_rendered() -> None:
    """Rendering twice gives the same, so GitOps tools see no change where there is none."""
    first = json.dumps(render({"replicas": 2}))
    render.__globals__["_render"].cache_clear()
    assert first == json.dumps(render({"replicas": 2}))


def test_the_platform_may_assign_users() -> None:
    """As OpenShift's restricted-v2 demands: no pod names a user or group, the operator's or its."""
    pods = {"runAsUser": None, "runAsGroup": None, "fsGroup": None}
    context = only(render({"pods": pods}), "Deployment")["spec"]["template"]["spec"][
        "securityContext"
    ]
    assert {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}} == context
    read = PodDefaults.model_validate_json(environment({"pods": pods})["TRAINYARD_PODS"])
    made = hardened_pod(PodSettings(), read)["securityContext"]
    assert {"runAsUser", "runAsGroup", "fsGroup"}.isdisjoint(made)


def test_the_chart_says_what_the_operator_would_do_anyway() -> None:
    """The defaults of both are the same."""
    assert PodDefaults() == PodDefaults.model_validate_json(environment()["TRAINYARD_PODS"])


def test_several_replicas_have_a_disruption_budget() -> None:
    """A drain of nodes leaves one; a budget for one alone would hold every drain up."""
    assert [] == of_kind(render(), "PodDisruptionBudget")
    budget = only(render({"replicas": 2}), "PodDisruptionBudget")["spec"]
    assert 1 == budget["maxUnavailable"]
    template = only(render({"replicas": 2}), "Deployment")["spec"]["template"]
    wanted = budget["selector"]["matchLabels"].items()
    assert wanted <= template["metadata"]["labels"].items()


@pytest.mark.parametrize(
    ("values", "name"),
    [
        pytest.param({}, "models-trainyard", id="the release's name, and ours"),
        pytest.param({"nameOverride": "ml"}, "models-ml", id="another name"),
        pytest.param({"nameOverride": "model"}, "models", id="a name that the release says"),
        pytest.param({"fullnameOverride": "yard"}, "yard", id="a whole name"),
    ],
)
def test_people_choose_what_it_is_called(values: dict[str, Any], name: str) -> None:
    """As other charts let them."""
    assert name == only(render(values, release="models"), "Deployment")["metadata"]["name"]


def test_what_else_a_pod_needs_is_added() -> None:
    """Behind what the chart sets itself."""
    values = {
        "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
        "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
        "extraVolumeMounts": [{"name": "ca", "mountPath": "/etc/ssl/certs", "readOnly": True}],
    }
    pod = only(render(values), "Deployment")["spec"]["template"]["spec"]
    (found,) = pod["containers"]
    assert (found["env"][-1:], pod["volumes"][-1:], found["volumeMounts"][-1:]) == (
        values["extraEnv"],
        values["extraVolumes"],
        values["extraVolumeMounts"],
    )
