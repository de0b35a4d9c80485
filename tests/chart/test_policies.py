"""What the API server refuses of our kinds, tried on a real one by two people."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from chart_rendering import CHART, Manifest, of_kind, render
from cluster_access import ROOT, kubectl, run, tool

from trainyard.requests import Verb

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


@pytest.mark.parametrize(
    "policies",
    [
        pytest.param({}, id="by default"),
        pytest.param({"enabled": True}, id="without a wish"),
        pytest.param({**POLICIES, "enabled": False}, id="switched off"),
    ],
)
def test_nothing_is_refused_unasked(policies: dict[str, Any]) -> None:
    """Each policy is there only where its value is set."""
    made = render({"policies": policies})
    assert [] == [m for m in made if m["kind"].startswith("ValidatingAdmission")]


def test_every_wish_is_one_policy_and_its_binding() -> None:
    """A policy without a binding would hold nowhere."""
    made = render({"policies": POLICIES})
    names = [m["metadata"]["name"] for m in of_kind(made, "ValidatingAdmissionPolicy")]
    bound = [m["spec"]["policyName"] for m in of_kind(made, "ValidatingAdmissionPolicyBinding")]
    assert names == bound
    assert {
        f"trainyard-{n}" for n in ("images", "pods", "requests", "training", *OF_APPROVALS)
    } == set(names)


def test_the_policy_knows_every_verb() -> None:
    """A request that the operator understands is of the right form."""
    (found,) = (
        m
        for m in of_kind(render({"policies": POLICIES}), "ValidatingAdmissionPolicy")
        if m["metadata"]["name"] == "trainyard-requests"
    )
    form = found["spec"]["validations"][0]["expression"]
    (verbs,) = re.findall(r"\^\(([a-z|-]+)\)@", form)
    assert sorted(str(verb) for verb in Verb) == verbs.split("|")


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


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
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


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        pytest.param(
            job(container={"image": "evil.example/x:1"}), "image evil.example/x:1", id="a trainer"
        ),
        pytest.param(
            sample("dataset", source={"container": {"image": "evil.example/x:1"}}),
            "image evil.example/x:1",
            id="a container that brings data",
        ),
        pytest.param(
            sample("modeldeployment", server={"image": "registry.example.org/models-evil:1"}),
            "allowed is what begins with: registry.example.org/models/",
            id="a server",
        ),
        pytest.param(
            job(pod={"serviceAccountName": "admin"}),
            "spec.pod.serviceAccountName: admin is not allowed here; allowed: trainer",
            id="an account of a training pod",
        ),
        pytest.param(
            sample("dataset", pod={"serviceAccountName": "admin"}),
            "admin is not allowed here",
            id="an account of an ingest pod",
        ),
        pytest.param(
            sample("modeldeployment", pod={"priorityClassName": "system-cluster-critical"}),
            "system-cluster-critical is not allowed here; allowed: none",
            id="a priority",
        ),
        pytest.param(job(trust="Pickle"), "a pickle runs code when it is loaded", id="a pickle"),
        pytest.param(job(gates=[]), "at least one gate is required", id="no gates"),
    ],
)
def test_what_the_installation_does_not_allow(place: Place, manifest: Manifest, words: str) -> None:
    """The sentence names the field, what was found and what is allowed."""
    assert words in place.answer(manifest)


@pytest.mark.cluster
@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param(job(container={"image": ALLOWED}), id="a trainer of an allowed image"),
        pytest.param(job(), id="an estimator"),
        pytest.param(sample("modeldeployment", server={"image": ALLOWED}), id="a server"),
        pytest.param(sample("modeldeployment"), id="the installation's server"),
        pytest.param(job(pod={"serviceAccountName": "trainer"}), id="an allowed account"),
        pytest.param(sample("dataset"), id="a dataset"),
    ],
)
def test_everything_else_is_let_through(place: Place, manifest: Manifest) -> None:
    """To whoever may edit our kinds."""
    assert "" == place.answer(manifest)


@pytest.mark.cluster
def test_requests_are_for_those_who_may_make_them(place: Place) -> None:
    """Editing is not approving; what is no request is refused to everybody."""
    assert "needs the verb requests on datasets" in place.ask("refresh@now", AUTHOR)
    assert "" == place.ask("refresh@now", APPROVER)
    assert "" == place.ask("accept-schema@now#a1b2", APPROVER)
    for text in ("refresh", "explode@now", "refresh@", "refresh@now#", "refresh@now; promote@x"):
        assert "is no request: write <verb>@<target>" in place.ask(text, APPROVER)


@pytest.mark.cluster
def test_a_request_that_stands_does_not_stop_later_edits(place: Place) -> None:
    """An approver's annotation stays while others edit the spec beside it."""
    standing = sample("dataset")
    standing["metadata"] = {"name": "standing", "annotations": ANNOTATED}
    kubectl("apply", "-n", place.namespace, "-f", "-", stdin=json.dumps(standing))
    standing["spec"]["pod"] = {"serviceAccountName": "trainer"}
    assert "" == place.answer(standing)
    assert "" == place.ask("", AUTHOR, "dataset/standing")


@pytest.mark.cluster
def test_no_expression_has_a_warning(place: Place) -> None:
    """The API server checks the types of what the policies read."""
    for policy in ("images", "pods", "requests", "training", *OF_APPROVALS):
        name = f"{place.namespace}-trainyard-{policy}"
        found = json.loads(kubectl("get", "validatingadmissionpolicy", name, "-o=json").stdout)
        assert {} == found["status"].get("typeChecking", {}), policy


def approval(approver: str, **spec: Any) -> Manifest:
    """Return what a person says of a version."""
    return {
        "apiVersion": "trainyard.dev/v1alpha1",
        "kind": "Approval",
        "metadata": {"name": "said"},
        "spec": {
            "modelDeployment": {"name": "tumours"},
            "bundleDigest": f"sha256:{'b' * 64}",
            "decision": "Approve",
            "approver": approver,
            **spec,
        },
    }


@pytest.mark.cluster
def test_people_approve_in_their_own_name_and_roles(place: Place) -> None:
    """Neither in another's, nor in a role that they do not have, nor without the right to."""
    denied = "is not who asks; write policies-approver"
    assert "" == place.answer(approval(APPROVER), APPROVER, "create")
    assert denied in place.answer(approval(AUTHOR), APPROVER, "create")
    assert "forbidden" in place.answer(approval(AUTHOR), AUTHOR, "create")
    needs = "needs the verb approve"
    assert needs in place.answer(approval(APPROVER, roles=["risk"]), APPROVER, "create")
    in_role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "risk"},
        "rules": [
            {
                "apiGroups": ["trainyard.dev"],
                "resources": ["approvals"],
                "resourceNames": ["risk"],
                "verbs": ["approve"],
            }
        ],
    }
    kubectl("apply", "-n", place.namespace, "-f", "-", stdin=json.dumps(in_role))
    binding = ("create", "rolebinding", "risk", "--role=risk", f"--user={APPROVER}")
    kubectl("-n", place.namespace, *binding)
    assert "" == place.answer(approval(APPROVER, roles=["risk"]), APPROVER, "create")
    assert needs in place.answer(approval(APPROVER, roles=["legal"]), APPROVER, "create")


@pytest.mark.cluster
def test_an_approval_is_never_edited(place: Place) -> None:
    """Not even by who made it."""
    made = approval(APPROVER)
    made["metadata"]["name"] = "standing"
    text = json.dumps(made)
    kubectl("create", "-n", place.namespace, f"--as={APPROVER}", "-f", "-", stdin=text)
    edit = json.dumps({"spec": {"bundleDigest": f"sha256:{'c' * 64}"}})
    patch = ("patch", "approval/standing", "-n", place.namespace, "--type=merge", "-p", edit)
    assert "cannot patch" in kubectl(*patch, f"--as={APPROVER}", check=False).stderr
    assert "never edited" in kubectl(*patch, check=False).stderr


@pytest.mark.cluster
def test_nobody_names_another_author(place: Place) -> None:
    """Who changes a recipe writes their own name."""
    mine = job()
    mine["metadata"] = {"name": "authored", "annotations": {"trainyard.dev/author": AUTHOR}}
    kubectl("create", "-n", place.namespace, f"--as={AUTHOR}", "-f", "-", stdin=json.dumps(mine))
    assert "did not write this" in place.answer(
        {**deepcopy(mine), "metadata": {**mine["metadata"], "name": "other"}}, APPROVER
    )
    edited = {**deepcopy(mine), "spec": {**mine["spec"], "seed": 7}}
    assert f"annotate it with {APPROVER}" in place.answer(edited, APPROVER)
    assert "" == place.answer(edited, AUTHOR)
    edited["metadata"]["annotations"] = {"trainyard.dev/author": APPROVER}
    assert "" == place.answer(edited, APPROVER)


@pytest.mark.cluster
def test_what_is_recorded_is_the_operators(place: Place) -> None:
    """Not even who may do everything edits a status, or makes a version; the operator does."""
    status = ("patch", "dataset/tumours", "-n", place.namespace, "--subresource=status")
    changed = ("--type=merge", "--dry-run=server", "-p", '{"status":{"observedGeneration":1}}')
    kubectl(*status, *changed)  # of a Dataset nothing is approved
    wanted = sample("modeldeployment")
    wanted["metadata"]["name"] = "recorded"
    kubectl("apply", "-n", place.namespace, "-f", "-", stdin=json.dumps(wanted))
    forged = ("patch", "mdep/recorded", "-n", place.namespace, "--subresource=status", *changed)
    refused = kubectl(*forged, check=False)
    assert "recorded by the operator alone" in refused.stderr
    operator = f"system:serviceaccount:default:{place.namespace}-trainyard"
    allowed = kubectl(*forged, f"--as={operator}", check=False)
    assert "denied request" not in allowed.stderr
