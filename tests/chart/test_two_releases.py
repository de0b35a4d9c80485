"""Two releases of the chart in one cluster: what they share, and what Helm then refuses."""

from __future__ import annotations

from typing import Any

import pytest
from chart_rendering import Values, render

EVERYTHING: dict[str, Any] = {
    "replicas": 2,
    "policies": {"enabled": True, "allowedImages": ["registry.example.org/"], "requireGates": True},
    "dashboards": {"enabled": True},
    "prometheusRule": {"enabled": True},
    "podMonitor": {"enabled": True},
}
Place = tuple[str, str, str]


def places(values: Values, release: str, namespace: str) -> set[Place]:
    """Return kind, namespace and name of everything in the release."""
    found = render(EVERYTHING | dict(values), release=release, namespace=namespace)
    return {(m["kind"], m["metadata"].get("namespace", ""), m["metadata"]["name"]) for m in found}


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({}, id="each everywhere"),
        pytest.param({"namespaces": ["team-a"]}, id="each in the same namespace"),
    ],
)
def test_two_releases_share_nothing_but_the_kinds(values: Values) -> None:
    """Which the second one leaves out: Helm gives nothing of one release to another."""
    both = places(values, "one", "first") & places(values, "two", "second")
    assert {"CustomResourceDefinition"} == {kind for kind, _, _ in both}
    without = {**values, "crds": {"enabled": False}}
    assert set() == places(values, "one", "first") & places(without, "two", "second")


def test_two_releases_of_one_name_cannot_have_the_same_namespace() -> None:
    """Helm refuses the second one, whose role there is the first one's already."""
    values: Values = {"namespaces": ["team-a"], "crds": {"enabled": False}}
    both = places(values, "trainyard", "first") & places(values, "trainyard", "second")
    assert {("Role", "team-a", "trainyard"), ("RoleBinding", "team-a", "trainyard")} <= both
    other = {**values, "namespaces": ["team-b"]}
    shared = places(values, "trainyard", "first") & places(other, "trainyard", "second")
    assert set() == {place for place in shared if place[1]}
