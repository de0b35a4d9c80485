"""A namespace in which the chart's policies hold, and two people who try what they let through."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import yaml
from chart_rendering import CHART, Manifest
from cluster_access import ROOT, kubectl, run, tool

POLICIES: dict[str, Any] = {
    "enabled": True,
    "allowedImages": ["registry.example.org/models/"],
    "allowedServiceAccounts": ["trainer"],
    "allowedPriorityClasses": [],
    "forbidPickle": True,
    "requireGates": True,
    "restrictRequests": True,
    "approvals": True,
}
ALLOWED = "registry.example.org/models/own:1"
SAMPLES = ROOT / "tests" / "cluster" / "samples" / "good"
OF_APPROVALS = ("approvals", "authors", "statuses")
AUTHOR, APPROVER = "policies-author", "policies-approver"
"""Both may edit our kinds; only the second may request."""


def sample(kind: str, **spec: Any) -> Manifest:
    """Return a small object with this in its spec."""
    found: Manifest = yaml.safe_load((SAMPLES / f"{kind}-smallest.yaml").read_text("utf-8"))
    found["spec"] |= spec
    return found


GATES = [{"name": "good", "metric": "accuracy", "min": "0.5"}]


def job(**spec: Any) -> Manifest:
    """Return a TrainingJob with gates, whose recipe is an estimator unless the spec has another."""
    found = sample("trainingjob", gates=GATES)
    if "container" in spec:
        del found["spec"]["estimator"]
    found["spec"] |= spec
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """A namespace in which the policies hold."""

    namespace: str

    def answer(self, manifest: Manifest, who: str = AUTHOR, verb: str = "apply") -> str:
        """Return what the API server would say to this person; empty: yes."""
        done = kubectl(
            *(verb, "-n", self.namespace, f"--as={who}", "--dry-run=server", "-f", "-"),
            stdin=json.dumps(manifest),
            check=False,
        )
        return done.stderr if done.returncode else ""

    def ask(self, request: str, who: str, of: str = "dataset/tumours") -> str:
        """Return what the API server would say to the request; empty: yes."""
        done = kubectl(
            *("annotate", "--overwrite", "-n", self.namespace, f"--as={who}", of),
            *("--dry-run=server", f"trainyard.dev/request={request}"),
            check=False,
        )
        return done.stderr if done.returncode else ""


@contextmanager
def policy_place() -> Iterator[Place]:
    """The policies of a release of its own hold in one new namespace, with one Dataset in it."""
    name = f"policies-{secrets.token_hex(3)}"
    selector = {"matchLabels": {"kubernetes.io/metadata.name": name}}
    values = {"policies": {**POLICIES, "namespaceSelector": selector}}
    text = run(
        *(tool("helm4"), "template", f"{name}-trainyard", str(CHART), "--values", "-"),
        *("--set", "crds.enabled=false"),
        stdin=json.dumps(values),
    ).stdout
    wanted = ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ClusterRole")
    made = [m for m in yaml.safe_load_all(text) if m and m["kind"] in wanted]
    everything = yaml.safe_dump_all([*made, *_people(name)])
    kubectl("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "crds"))
    kubectl("create", "namespace", name)
    try:
        kubectl("apply", "-n", name, "-f", "-", stdin=everything)
        kubectl("apply", "-n", name, "-f", "-", stdin=json.dumps(sample("dataset")))
        found = Place(name)
        _wait_until_all_hold(found)
        yield found
    finally:
        kubectl("delete", "--wait=false", "-f", "-", "-n", name, stdin=everything, check=False)
        kubectl("delete", "--wait=false", "namespace", name)


def _people(release: str) -> Iterator[Manifest]:
    group = "rbac.authorization.k8s.io"
    for who, roles in (
        (AUTHOR, ("view", "edit")),
        (APPROVER, ("view", "edit", "requests", "approve")),
    ):
        for role in roles:
            yield {
                "apiVersion": f"{group}/v1",
                "kind": "RoleBinding",
                "metadata": {"name": f"{who}-{role}"},
                "subjects": [{"kind": "User", "name": who, "apiGroup": group}],
                "roleRef": {
                    "apiGroup": group,
                    "kind": "ClusterRole",
                    "name": f"{release}-trainyard-{role}",
                },
            }


def _wait_until_all_hold(place: Place) -> None:
    """The API server takes some seconds to learn of a policy."""
    refused = (
        sample("modeldeployment", server={"image": "evil.example/x:1"}),
        job(pod={"serviceAccountName": "admin"}),
        job(gates=[]),
        {**deepcopy(sample("dataset")), "metadata": {"name": "n", "annotations": ANNOTATED}},
    )
    end = time.monotonic() + 300
    while not all("denied" in place.answer(manifest) for manifest in refused):
        assert time.monotonic() < end, [place.answer(manifest) for manifest in refused]
        time.sleep(0.5)


ANNOTATED = {"trainyard.dev/request": "refresh@now"}
