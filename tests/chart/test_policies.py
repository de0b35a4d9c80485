"""What the API server refuses of our kinds, tried on a real one by two people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from chart_rendering import Manifest, of_kind, render
from cluster_access import kubectl
from policy_place import (
    ALLOWED,
    ANNOTATED,
    APPROVER,
    AUTHOR,
    OF_APPROVALS,
    POLICIES,
    Place,
    job,
    policy_place,
    sample,
)

from trainyard.requests import Verb


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


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """The policies hold in one new namespace."""
    with policy_place() as found:
        yield found


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
