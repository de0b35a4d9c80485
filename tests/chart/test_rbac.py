"""What the operator is allowed is what its code does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import pytest
from builders_training import raw_training_job
from chart_rendering import of_kind, only, render
from dataset_stories import with_first_version
from gateway_answers import GATEWAY
from gateway_yard import GatewayYard
from operator_account import Permission, permissions
from release_stories import say, serving
from training_stories import new_data, retraining, succeed

from trainyard.clients.kinds import KINDS
from trainyard.controllers import Sources, controllers
from trainyard.reconciling.controller import Controller

SEEN = ("get", "list", "watch")
BY_THE_SHELL: dict[str, tuple[str, ...]] = {"Event": ("get", "list", "create", "patch")}
CLUSTER_WIDE: set[Permission] = {
    *(("", "namespaces", verb) for verb in SEEN),
    ("apiextensions.k8s.io", "customresourcedefinitions", "list"),
    ("apiextensions.k8s.io", "customresourcedefinitions", "watch"),
}
"""For the informer, which follows Namespaces and CRDs that come and go."""
NAMESPACES = ["team-a", "team-b"]


async def a_release_and_its_end() -> set[Permission]:
    """Return what a release takes, and the way to a service without routers."""
    yard = await serving("a")
    yard.publish("b")
    await yard.run(400)
    assert {"b": 100} == yard.weights
    yard.raw["spec"]["traffic"] = {"mode": "Replicas"}
    await yard.run(100)
    return yard.used


async def a_router_that_comes_and_goes() -> set[Permission]:
    """Return what a release takes whose router is there for it alone, and that people approve."""
    approvals = {"required": 1, "authorMayApprove": True}
    rollout = {"steps": [{"weightPercent": 20}], "scaleDownDelaySeconds": 1}
    yard = await serving("a", traffic={"router": "Releasing"}, rollout=rollout)
    yard.raw["spec"]["rollout"]["approvals"] = approvals
    yard.publish("b")
    say(yard, "bob")
    await yard.run(1200)
    assert {"b": 100} == yard.weights
    return yard.used


async def a_route_of_gateways_and_back() -> set[Permission]:
    """Return what the Gateways' way takes until a router has its place."""
    yard = GatewayYard(spec={"traffic": {"mode": "Gateway", "gateway": GATEWAY}})
    yard.publish("a")
    await yard.run(60)
    yard.raw["spec"]["traffic"] = {"mode": "Router"}
    await yard.run(100)
    assert not [kind for kind, _ in yard.objects if kind == "HTTPRoute"]
    return yard.used


def training_until_nothing_is_kept() -> set[Permission]:
    """Return what data, runs and versions take, until the first of each is superfluous."""
    spec: dict[str, Any] = {"historyLimit": 1, "retrain": retraining()}
    spec["distributed"] = {"workers": 2}
    world = with_first_version(raw_training_job(**spec))
    succeed(world, "a")
    for letter, rows in (("b", 200), ("c", 300), ("e", 400)):
        world.wait(3600)
        new_data(world, letter, rows)
        succeed(world, letter)
    return world.used


def on(kind: str, verbs: Iterable[str]) -> set[Permission]:
    """Return the verbs on the kind as permissions."""
    return {(KINDS[kind].group, KINDS[kind].plural, verb) for verb in verbs}


async def needed() -> set[Permission]:
    """Return what the table of controllers and their plans make the operator do in a namespace."""
    wanted = await a_release_and_its_end() | await a_router_that_comes_and_goes()
    wanted |= await a_route_of_gateways_and_back()
    wanted |= training_until_nothing_is_kept()
    for row in rows():
        own = KINDS[row.kind]
        wanted |= {(own.group, f"{own.plural}/status", "update")}
        for kind in (row.kind, *row.children, *(reads.kind for reads in row.reads)):
            wanted |= on(kind, SEEN)
    for kind, verbs in BY_THE_SHELL.items():
        wanted |= on(kind, verbs)
    return wanted


def rows() -> tuple[Controller, ...]:
    """Return the table; its sources are only bound, never asked, so none are needed."""
    nothing: Any = dict.fromkeys(field.name for field in fields(Sources))
    return controllers(Sources(**nothing))


async def test_the_cluster_role_is_exact() -> None:
    """Cluster-wide, the operator has what it needs and nothing more."""
    role = next(r for r in of_kind(render(), "ClusterRole") if r["metadata"]["name"] == "trainyard")
    assert await needed() | CLUSTER_WIDE == permissions(role["rules"])


async def test_the_roles_of_named_namespaces_are_exact() -> None:
    """Each named namespace has a Role with just that, bound to the operator."""
    manifests = render({"namespaces": NAMESPACES})
    roles = {r["metadata"]["namespace"]: r for r in of_kind(manifests, "Role")}
    wanted = await needed() | {("", "namespaces", "get")}
    assert dict.fromkeys(NAMESPACES, wanted) == {
        name: permissions(roles[name]["rules"]) for name in NAMESPACES
    }
    read = {
        name: rule["resourceNames"]
        for name in NAMESPACES
        for rule in roles[name]["rules"]
        if rule["resources"] == ["namespaces"]
    }
    assert read == {name: [name] for name in NAMESPACES}
    bound = {
        b["metadata"]["namespace"]: (b["roleRef"]["name"], b["subjects"][0]["name"])
        for b in of_kind(manifests, "RoleBinding")
    }
    assert dict.fromkeys(NAMESPACES, ("trainyard", "trainyard")).items() <= bound.items()


def test_named_namespaces_need_no_cluster_role() -> None:
    """A team without rights on the cluster can install it for its own namespaces."""
    kinds = {m["kind"] for m in render({"namespaces": NAMESPACES, "crds": {"enabled": False}})}
    assert kinds == {"ServiceAccount", "Role", "RoleBinding", "Deployment", "NetworkPolicy"}


def test_the_lease_is_kept_in_the_operators_own_namespace() -> None:
    """Only its own Lease can be read and renewed."""
    manifests = render({"installation": "main"})
    role = only(manifests, "Role")
    expected = [
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create"]},
        {
            "apiGroups": ["coordination.k8s.io"],
            "resources": ["leases"],
            "resourceNames": ["trainyard-main"],
            "verbs": ["get", "patch"],
        },
    ]
    assert ("trainyard-system", expected) == (role["metadata"]["namespace"], role["rules"])


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({}, id="cluster-wide"),
        pytest.param({"namespaces": NAMESPACES}, id="in named namespaces"),
    ],
)
def test_nobody_gets_secrets_or_everything(values: dict[str, Any]) -> None:
    """No rule of the chart, for the operator or for people, names secrets, exec or `*`."""
    roles = [m for m in render(values) if m["kind"] in ("Role", "ClusterRole")]
    granted = {p for role in roles for p in permissions(role["rules"])}
    resources = {resource for _, resource, _ in granted}
    assert resources.isdisjoint({"secrets", "pods/exec", "serviceaccounts/token", "*"})
    assert "*" not in json.dumps(sorted(granted))
    assert {verb for _, _, verb in granted}.isdisjoint({"escalate", "bind", "impersonate"})


def test_people_get_our_kinds_through_the_roles_they_have() -> None:
    """View sees all kinds; edit and admin change what is declared; admin approves; nobody writes
    status.
    """
    roles = {r["metadata"]["name"]: r for r in of_kind(render(), "ClusterRole")}
    labels = {
        name: sorted(k.rpartition("-")[2] for k in roles[name]["metadata"]["labels"] if "agg" in k)
        for name in ("trainyard-view", "trainyard-edit")
    }
    assert labels == {
        "trainyard-view": ["admin", "edit", "view"],
        "trainyard-edit": ["admin", "edit"],
    }
    seen = permissions(roles["trainyard-view"]["rules"])
    assert {("trainyard.dev", KINDS[k].plural, v) for k in OWN for v in SEEN} == seen
    changed = permissions(roles["trainyard-edit"]["rules"])
    assert ("trainyard.dev", "modelversions", "create") not in changed
    assert not any(resource == "approvals" for _, resource, _ in changed)
    approves = permissions(roles["trainyard-approve"]["rules"])
    assert ("trainyard.dev", "approvals", "create") in approves
    assert not any(resource.endswith("/status") for _, resource, _ in changed)


OWN = ("Dataset", "TrainingJob", "ModelVersion", "ModelDeployment", "Approval", "BatchPrediction")
