"""The account that the chart makes, for operators that run beside the cluster."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from chart_rendering import Manifest, render
from cluster_access import kubectl

RELEASE = "trainyard"
OF_A_NAMESPACE = ("ServiceAccount", "Role", "RoleBinding")
OF_THE_CLUSTER = ("ClusterRole", "ClusterRoleBinding")
RIGHT_MISSING = "HTTP 403"
"""How the operator's log tells that a right is missing."""


@cache
def chart_kubeconfig(folder: Path, namespaces: tuple[str, ...]) -> str:
    """Return the path of a kubeconfig with the rights of an installation in these namespaces.

    The first one holds the account, as the namespace of a release would.
    """
    made = _rendered(namespaces[0], RELEASE, namespaces)
    _apply(made)
    return _kubeconfig(folder, namespaces[0], RELEASE)


def cluster_kubeconfig(folder: Path, home: str) -> str:
    """Return the path of a kubeconfig with the rights of an installation in the whole cluster.

    Its cluster role has a name of its own: forget_cluster_rights takes it back.
    """
    release = f"trainyard-{home}"
    _apply(_rendered(home, release, ()))
    return _kubeconfig(folder, home, release)


def forget_cluster_rights(home: str) -> None:
    """Delete what outlives the namespace of the account."""
    for manifest in _rendered(home, f"trainyard-{home}", ()):
        if manifest["kind"] in OF_THE_CLUSTER:
            kubectl("delete", manifest["kind"], manifest["metadata"]["name"])


def _rendered(home: str, release: str, namespaces: Sequence[str]) -> list[Manifest]:
    values = {
        "namespaces": list(namespaces),
        "crds": {"enabled": False},
        "userRoles": {"create": False},
    }
    made = render(values, namespace=home, release=release)
    return [m for m in made if m["kind"] in (*OF_A_NAMESPACE, *OF_THE_CLUSTER)]


def _apply(manifests: Sequence[Manifest]) -> None:
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})
    kubectl("apply", "--server-side", "-f", "-", stdin=text)


def _kubeconfig(folder: Path, home: str, account: str) -> str:
    token = kubectl("-n", home, "create", "token", account, "--duration=2h").stdout.strip()
    admin = json.loads(kubectl("config", "view", "--raw", "--minify", "-o", "json").stdout)
    (context,) = admin["contexts"]
    context["context"]["user"] = "chart"
    found = admin | {"users": [{"name": "chart", "user": {"token": token}}]}
    path = folder / f"{home}.kubeconfig"
    path.touch(mode=0o600)
    path.write_text(json.dumps(found), encoding="utf-8")
    return str(path)
