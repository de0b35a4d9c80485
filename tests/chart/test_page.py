"""The page as the chart installs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from chart_rendering import Manifest, of_kind, render
from operator_account import permissions

from trainyard.clients.kinds import KINDS as OBJECT_KINDS
from trainyardpage.settings import read_page_settings
from trainyardpage.world import SHOWN

NAMESPACES = ["team-a", "team-b"]


def page(**values: Any) -> Sequence[Manifest]:
    """Return what the page adds to a release."""
    rest = {name: value for name, value in values.items() if name != "page"}
    made = render(rest | {"page": {"enabled": True} | values.get("page", {})})
    return [manifest for manifest in made if manifest["metadata"]["name"] == "trainyard-page"]


def of_page(kind: str, **values: Any) -> Manifest:
    """Return the page's one manifest of that kind."""
    (found,) = of_kind(page(**values), kind)
    return found


def pod(**values: Any) -> Manifest:
    """Return the pod's spec."""
    spec: Manifest = of_page("Deployment", **values)["spec"]["template"]["spec"]
    return spec


def test_nothing_of_it_is_installed_unless_asked_for() -> None:
    """And with it the rest stays as it is."""
    assert [] == [m for m in render() if "page" in m["metadata"]["name"]]
    with_page = render({"page": {"enabled": True}})
    assert list(render()) == [m for m in with_page if m["metadata"]["name"] != "trainyard-page"]


def test_it_may_list_and_watch_what_it_shows_and_nothing_else() -> None:
    """Not even read one object by name."""
    wanted = {
        (OBJECT_KINDS[kind].group, OBJECT_KINDS[kind].plural, verb)
        for kind in SHOWN
        for verb in ("list", "watch")
    }
    assert wanted == permissions(of_page("ClusterRole")["rules"])
    named = of_kind(page(namespaces=NAMESPACES), "Role")
    assert [wanted, wanted] == [permissions(role["rules"]) for role in named]
    assert NAMESPACES == [role["metadata"]["namespace"] for role in named]
    assert [] == of_kind(page(namespaces=NAMESPACES), "ClusterRole")


@pytest.mark.parametrize("values", [{}, {"namespaces": NAMESPACES}])
def test_the_rights_are_those_of_its_own_account(values: dict[str, Any]) -> None:
    """Which the pod runs as."""
    made = page(**values)
    account = pod(**values)["serviceAccountName"]
    assert account == of_page("ServiceAccount", **values)["metadata"]["name"] == "trainyard-page"
    expected = {"kind": "ServiceAccount", "name": account, "namespace": "trainyard-system"}
    bindings = [m for m in made if m["kind"].endswith("RoleBinding")]
    assert bindings
    assert all([expected] == binding["subjects"] for binding in bindings)


def test_its_pod_is_as_restricted_as_the_operators() -> None:
    """The same image, user and limits on what it may do."""
    (operator,) = of_kind(render(), "Deployment")
    whole = operator["spec"]["template"]["spec"]
    assert whole["securityContext"] == pod()["securityContext"]
    (one,), (other,) = pod()["containers"], whole["containers"]
    assert (other["image"], other["securityContext"]) == (one["image"], one["securityContext"])
    assert ["python", "-m", "trainyardpage"] == one["command"]
    assert {"requests", "limits"} == set(one["resources"])


def test_it_reads_what_the_chart_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Namespaces and names from outside; the port is that of the probes and the Service."""
    made = pod(namespaces=NAMESPACES, page={"hosts": ["models.example.org"]})
    (container,) = made["containers"]
    for variable in container["env"]:
        monkeypatch.setenv(variable["name"], variable["value"])
    read = read_page_settings()
    assert (tuple(NAMESPACES), ("models.example.org",)) == (read.namespaces, read.page_hosts)
    (port,) = container["ports"]
    assert port == {"name": "http", "containerPort": read.page_port}
    (served,) = of_page("Service")["spec"]["ports"]
    assert served["targetPort"] == port["name"]
    labels = of_page("Deployment")["spec"]["template"]["metadata"]["labels"]
    assert of_page("Service")["spec"]["selector"].items() <= labels.items()


def test_nobody_reaches_it_but_those_that_are_named() -> None:
    """It asks nobody who they are."""
    closed = of_page("NetworkPolicy")["spec"]
    assert [] == closed["ingress"]
    assert {"Ingress", "Egress"} == set(closed["policyTypes"])
    peer = {"podSelector": {"matchLabels": {"app": "oauth2-proxy"}}}
    (rule,) = of_page("NetworkPolicy", page={"from": [peer]})["spec"]["ingress"]
    assert {"from": [peer], "ports": [{"port": "http"}]} == rule
    assert [] == of_kind(page(networkPolicy={"enabled": False}), "NetworkPolicy")


def test_the_operators_policies_and_budgets_do_not_mean_it() -> None:
    """Selectors tell the two apart."""
    labels = of_page("Deployment")["spec"]["template"]["metadata"]["labels"]
    everything = render({"page": {"enabled": True}, "replicas": 2})
    operators = [m for m in everything if m["kind"] in ("NetworkPolicy", "PodDisruptionBudget")]
    for manifest in operators:
        if manifest["metadata"]["name"] != "trainyard-page":
            spec = manifest["spec"]
            wanted = spec.get("podSelector", spec.get("selector"))["matchLabels"]
            assert not wanted.items() <= labels.items()
