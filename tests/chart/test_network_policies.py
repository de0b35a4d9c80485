"""What the network policies let through is what is asked, and no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from builders_serving import a_model_deployment
from builders_serving import digest as bundle_digest
from builders_training import a_dataset, a_training_job, an_installation
from chart_rendering import Manifest, of_kind, only, render
from cluster_access import ROOT, kubectl
from declared import a_refresh, a_run

from trainyard.datasets.manifests import ingest_job
from trainyard.model_deployments.manifests import deployment
from trainyard.model_deployments.revision.identity import revision_of
from trainyard.model_deployments.traffic.router_manifests import deployment as router_deployment
from trainyard.training_jobs.manifests import run_job

WORKLOADS = ROOT / "examples" / "network-policies" / "workloads.yaml"
METADATA_SERVICE = "169.254.0.0/16"


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Tell whether the pod is meant, as Kubernetes reads selectors."""
    wanted = selector.get("matchLabels", {}).items()
    rules = selector.get("matchExpressions", ())
    assert {"In"} >= {rule["operator"] for rule in rules}
    return wanted <= labels.items() and all(labels.get(r["key"]) in r["values"] for r in rules)


def pods() -> dict[str, dict[str, str]]:
    """Return the labels of the pods that the operator makes."""
    where, served = an_installation(), a_model_deployment()
    revision = revision_of(served, bundle_digest("a"), "recipe-1", "serving")
    made = {
        "server": deployment(served, revision, 1, "stable", where),
        "router": router_deployment(served, where),
        "ingest": ingest_job(a_dataset(), a_refresh(), where),
        "run": run_job(a_training_job(), a_run(), where),
    }
    return {name: m["spec"]["template"]["metadata"]["labels"] for name, m in made.items()}


def of_operator(**values: Any) -> Manifest:
    """Return the spec of the operator's policy."""
    spec: Manifest = only(render(values), "NetworkPolicy")["spec"]
    return spec


def test_receivers_and_trackers_are_reached_by_rules_of_their_own() -> None:
    """Where they are only the installation knows."""
    rule = {"to": [{"ipBlock": {"cidr": "192.0.2.0/24"}}], "ports": [{"port": 443}]}
    before, after = of_operator(), of_operator(notifications={"egress": [rule]})
    assert [*before["egress"], rule] == after["egress"]
    for kind in ("mlflow", "openlineage"):
        after = of_operator(tracking={kind: {"egress": [rule]}})
        assert [*before["egress"], rule] == after["egress"]


def test_the_operator_has_one_unless_it_is_not_wanted() -> None:
    """It selects the operator's own pods."""
    labels = only(render(), "Deployment")["spec"]["template"]["metadata"]["labels"]
    assert selects(of_operator()["podSelector"], labels)
    assert [] == of_kind(render({"networkPolicy": {"enabled": False}}), "NetworkPolicy")


def test_the_operator_reaches_the_pods_that_it_made_and_asks() -> None:
    """Servers and routers, in every namespace."""
    (to,) = (peer for rule in of_operator()["egress"] for peer in rule.get("to", ()))
    assert {} == to["namespaceSelector"]
    for name in ("server", "router"):
        assert selects(to["podSelector"], pods()[name])
    assert not selects(to["podSelector"], {"app": "of somebody else"})


@pytest.mark.parametrize(
    ("url", "port"),
    [("http://prometheus:9090", 9090), ("https://thanos.example.org/x", 443), ("http://p", 80)],
)
def test_the_operator_reaches_its_prometheus(url: str, port: int) -> None:
    """On the port of its address."""
    rules = of_operator(prometheus={"url": url})["egress"]
    assert any([{"port": port}] == rule["ports"] for rule in rules if "ports" in rule)


@pytest.mark.cluster
def test_the_operator_reaches_the_api_server_of_this_cluster() -> None:
    """Its own port is among the default ones: the policy is on by default."""
    service = ("-l", "kubernetes.io/service-name=kubernetes", "-n", "default")
    found = json.loads(kubectl("get", "endpointslices", *service, "-o=json").stdout)["items"]
    ports = {port["port"] for item in found for port in item["ports"]}
    allowed = {port["port"] for rule in of_operator()["egress"] for port in rule.get("ports", ())}
    assert ports
    assert ports <= allowed


def workload_policies() -> dict[str, Manifest]:
    """Return the specs of the example for namespaces of models."""
    documents = yaml.safe_load_all(WORKLOADS.read_text(encoding="utf-8"))
    return {d["metadata"]["name"]: d["spec"] for d in documents}


@pytest.mark.parametrize(
    ("pod", "policy"),
    [
        ("server", "trainyard-models"),
        ("router", "trainyard-models"),
        ("ingest", "trainyard-jobs"),
        ("run", "trainyard-jobs"),
    ],
)
def test_every_pod_of_ours_has_its_policy(pod: str, policy: str) -> None:
    """One of them, and no pod of somebody else."""
    found = workload_policies()
    chosen = [name for name, spec in found.items() if selects(spec["podSelector"], pods()[pod])]
    assert [policy] == chosen
    assert not any(selects(spec["podSelector"], {"app": "x"}) for spec in found.values())


def test_no_workload_reaches_the_metadata_service() -> None:
    """Whatever lets it out names the exception."""
    for spec in workload_policies().values():
        blocks = [p["ipBlock"] for r in spec["egress"] for p in r.get("to", ()) if "ipBlock" in p]
        assert blocks
        assert {METADATA_SERVICE} == {cidr for block in blocks for cidr in block["except"]}
        assert all("to" in r or {53} == {p["port"] for p in r["ports"]} for r in spec["egress"])


def test_nobody_reaches_a_training_pod() -> None:
    """It has the rows, and its code may be anybody's."""
    jobs = workload_policies()["trainyard-jobs"]
    assert "Ingress" in jobs["policyTypes"]
    assert "ingress" not in jobs


@pytest.mark.cluster
def test_the_api_server_accepts_the_example() -> None:
    """Strictly."""
    kubectl("apply", "--dry-run=server", "--validate=strict", "-n", "default", "-f", str(WORKLOADS))
