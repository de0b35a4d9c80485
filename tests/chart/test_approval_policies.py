"""In whose name people approve and write recipes, tried on a real API server by two people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from chart_rendering import Manifest
from cluster_access import kubectl
from policy_place import APPROVER, AUTHOR, Place, job, policy_place, sample


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """The policies hold in one new namespace."""
    with policy_place() as found:
        yield found


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
