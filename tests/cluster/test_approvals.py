"""No version gets all requests without the people whose yes it needs, whatever is tried.

Proves: operator/trainyard/api/v1alpha1/approval.py, trainyardctl/approving.py
Proves: operator/trainyard/model_deployments/observe_approvals.py
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import yaml
from chart_rendering import Manifest, render
from cluster.audit_lines import decisions_in
from cluster.flow_stage import stage
from cluster.main_flow import FIRST_ROWS, MORE_ROWS, Flow, manifests
from cluster.rig import eventually
from cluster.test_command_line import said
from cluster_access import kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]
AUTHOR, OTHER = "ada", "bob"
POLICIES = ("approvals", "authors", "statuses")
BY_THE_OPERATOR = "recorded by the operator alone"
ROOT_RIGHTS = "--as-group=system:masters"
"""Whoever tries may do everything that RBAC could keep from them."""


def policies(namespace: str) -> list[Manifest]:
    """Return the chart's policies on approvals, authors and records, for this namespace alone.

    The operator of this test is whoever kubectl is, not the account of the chart.
    """
    selector = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    values = {"policies": {"enabled": True, "approvals": True, "namespaceSelector": selector}}
    me = kubectl("auth", "whoami", "-o=jsonpath={.status.userInfo.username}").stdout
    found = []
    for manifest in render(values, release=namespace):
        name = manifest["metadata"]["name"].rpartition("-")[2]
        if not manifest["kind"].startswith("ValidatingAdmission") or name not in POLICIES:
            continue
        text = json.dumps(manifest)
        if name == "statuses":
            text = text.replace(chart_operator(namespace), me)
        found.append(json.loads(text))
    return found


def chart_operator(namespace: str) -> str:
    """Return the operator's account, were it installed by the chart."""
    return f"system:serviceaccount:trainyard-system:{namespace}-trainyard"


def applied(made: list[Manifest], verb: str = "apply") -> None:
    """Apply, or delete, the manifests."""
    kubectl(verb, "-f", "-", stdin=yaml.safe_dump_all(made))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def flow() -> AsyncIterator[Flow]:
    """Give a namespace in which a version of ada's went through its steps and may go no further."""
    async with stage() as place, place.flow() as found:
        made = policies(found.namespace)
        applied(made)
        try:
            await _begun(found)
            yield found
        finally:
            applied(made, "delete")


async def _begun(flow: Flow) -> None:
    flow.sources.rows[flow.namespace] = FIRST_ROWS
    await flow.process.start()
    for manifest in manifests(flow.pod):
        if manifest["kind"] == "TrainingJob":
            manifest["metadata"]["annotations"] = {"trainyard.dev/author": AUTHOR}
        text = json.dumps(manifest)
        create = ("-n", flow.namespace, "create", f"--as={AUTHOR}", ROOT_RIGHTS, "-f", "-")
        kubectl(*create, stdin=text)
    await flow.settled(FIRST_ROWS)
    needed = {"spec": {"rollout": {"approvals": {"required": 2}}}}
    kubectl("-n", flow.namespace, "patch", "mdep/tumours", "--type=merge", "-p", json.dumps(needed))
    await flow.bring_more_data()
    await eventually(lambda: waits(flow, "0 of 2 approvals"))


async def waits(flow: Flow, words: str) -> None:
    """Return where the rollout waits for people and says this, with requests left for stable."""
    status = await flow.status("ModelDeployment", "tumours")
    shares = {arm["role"]: arm["weightPercent"] for arm in status["traffic"]}
    assert shares.get("canary", 0) < 100, shares
    rollout: dict[str, Any] = status.get("rollout") or {}
    assert "AwaitingApproval" == rollout.get("phase"), status.get("why")
    assert words in status["why"], status["why"]
    (suspended,) = (c for c in status["conditions"] if c["type"] == "Suspended")
    assert words in suspended["message"]


async def canary(flow: Flow) -> str:
    """Return the digest of the version that is on its way."""
    status = await flow.status("ModelDeployment", "tumours")
    digest: str = status["canary"]["bundleDigest"]
    return digest


def approval_manifest(name: str, approver: str, digest: str) -> Manifest:
    """Return a yes in the approver's name."""
    return {
        "apiVersion": "trainyard.dev/v1alpha1",
        "kind": "Approval",
        "metadata": {"name": name},
        "spec": {
            "modelDeployment": {"name": "tumours"},
            "bundleDigest": digest,
            "decision": "Approve",
            "approver": approver,
        },
    }


def approve(flow: Flow, name: str, approver: str, digest: str, who: str) -> str:
    """Try to say yes in the approver's name, as somebody with all rights; empty: it is stored."""
    manifest = approval_manifest(name, approver, digest)
    create = ("-n", flow.namespace, "create", f"--as={who}", ROOT_RIGHTS, "-f", "-")
    done = kubectl(*create, stdin=json.dumps(manifest), check=False)
    return done.stderr if done.returncode else ""


async def refused(flow: Flow, verb: str, *words: str, stdin: str | None = None) -> str:
    """Return what the API server says against what bob tries with all rights, by whatever way."""
    try_ = ("-n", flow.namespace, verb, *words, f"--as={OTHER}", ROOT_RIGHTS)
    done = await asyncio.to_thread(kubectl, *try_, stdin=stdin, check=False)
    assert done.returncode, f"{verb} {words} passed"
    return done.stderr


def patched(document: dict[str, Any]) -> tuple[str, str, str]:
    """Return the words that merge the document."""
    return "--type=merge", "-p", json.dumps(document)


async def test_who_has_all_rights_gets_it_no_further_by_what_is_recorded(flow: Flow) -> None:
    """Neither a status, nor a record, nor an author, nor the operator's name; each is told."""
    status = await flow.status("ModelDeployment", "tumours")
    version, digest = status["canary"]["modelVersion"], await canary(flow)
    stable = {"status": {"stable": status["canary"], "rollout": None}}
    edited = await refused(flow, "patch", "mdep/tumours", "--subresource=status", *patched(stable))
    assert BY_THE_OPERATOR in edited
    judged: dict[str, Any] = {"status": {"evaluations": []}}
    edited = await refused(flow, "patch", f"mv/{version}", "--subresource=status", *patched(judged))
    assert BY_THE_OPERATOR in edited
    author = {"spec": {"author": "mallory"}}
    edited = await refused(flow, "patch", f"mv/{version}", *patched(author))
    assert "spec never changes" in edited
    record = await flow.cluster.get("ModelVersion", flow.namespace, version) or {}
    metadata = {"name": f"mine-{digest.removeprefix('sha256:')[:10]}"}
    forged = json.dumps({**record, "metadata": metadata, "status": {}})
    assert BY_THE_OPERATOR in await refused(flow, "create", "-f", "-", stdin=forged)
    renamed = {"metadata": {"annotations": {"trainyard.dev/author": "mallory"}}}
    edited = await refused(flow, "patch", "tj/model", *patched(renamed))
    assert "mallory did not write this" in edited
    operator = chart_operator(flow.namespace)
    answer = await asyncio.to_thread(approve, flow, "operators", operator, digest, operator)
    assert "the operator approves nothing" in answer
    await eventually(lambda: waits(flow, "0 of 2 approvals"))


async def test_a_crowd_of_approvals_hides_nothing(flow: Flow) -> None:
    """Where more name it than are read none counts, and it says what to do."""
    digest = await canary(flow)
    crowd = [approval_manifest(f"crowd-{n}", OTHER, digest) for n in range(65)]
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": crowd})
    create = ("-n", flow.namespace, "create", f"--as={OTHER}", ROOT_RIGHTS, "-f", "-")
    await asyncio.to_thread(kubectl, *create, stdin=listed)
    await eventually(lambda: waits(flow, "more Approvals name it than are read"))
    gone = ("-n", flow.namespace, "delete", "approvals", "--all")
    await asyncio.to_thread(kubectl, *gone)
    await eventually(lambda: waits(flow, "0 of 2 approvals"))


async def test_nothing_but_two_other_people_promotes_it(flow: Flow) -> None:
    """Each attempt is refused or does not count, and is told as such; then bob and we say yes."""
    digest = await canary(flow)
    assert "is not who asks" in approve(flow, "forged", "carol", digest, OTHER)
    assert "" == approve(flow, "own-work", AUTHOR, digest, AUTHOR)
    await eventually(lambda: waits(flow, "of ada (own-work) is of the recipe's author"))
    assert "" == approve(flow, "other-digest", "dan", f"sha256:{'d' * 64}", "dan")
    await eventually(lambda: waits(flow, "of dan (other-digest) is of sha256:dddd"))
    assert "" == approve(flow, "bobs", OTHER, digest, OTHER)
    await eventually(lambda: waits(flow, "1 of 2 approvals"))
    assert "" == approve(flow, "bobs-again", OTHER, digest, OTHER)
    for verb, expected in (("promote", 5), ("skip", 0), ("resume", 5)):
        code, text = await said(flow, verb, "tumours")
        assert expected == code, text
    edited = json.dumps({"spec": {"approver": "carol"}})
    patch = ("-n", flow.namespace, "patch", "approval/bobs-again", "--type=merge", "-p", edited)
    refused = kubectl(*patch, "--as=carol", ROOT_RIGHTS, check=False)
    assert "never edited" in refused.stderr
    zero = json.dumps({"spec": {"rollout": {"approvals": {"required": 0}}}})
    patch = ("-n", flow.namespace, "patch", "mdep/tumours", "--type=merge", "-p", zero)
    assert "greater than or equal to 1" in kubectl(*patch, check=False).stderr
    await eventually(lambda: waits(flow, "1 of 2 approvals"))

    made = policies(flow.namespace)
    applied(made, "delete")
    await eventually(lambda: _stored(flow, "unchecked", digest))
    await eventually(lambda: waits(flow, "nobody checks who approves"))
    kubectl("-n", flow.namespace, "delete", "approval/unchecked")
    applied(made)

    code, text = await said(flow, "approve", "tumours", "--comment", "looked at its slices")
    assert (0, True) == (code, digest in text), text
    await flow.settled(MORE_ROWS)
    status = await flow.status("ModelDeployment", "tumours")
    promoted = next(e for e in reversed(status["history"]) if e["reason"] == "Promoted")
    assert f"approved by {OTHER}, " in promoted["message"]


async def test_the_log_alone_tells_who_asked_who_wrote_and_who_said_yes(flow: Flow) -> None:
    """The request that was refused, the author of the recipe, the names of those who approved."""
    told = decisions_in(flow.process.log)
    release = [line for line in told if line["kind"] == "ModelDeployment"]
    (refused, *_) = (line for line in release if line["reason"] == "RequestRefused")
    assert "promote" in refused["message"]
    (*_, promoted) = (line for line in release if line["reason"] == "Promoted")
    assert f"approved by {OTHER}, " in promoted["message"]
    assert {AUTHOR} == {line["author"] for line in told if line["kind"] == "TrainingJob"}


async def _stored(flow: Flow, name: str, digest: str) -> None:
    """Return once the API server lets a forgery pass: it takes a while to forget a policy."""
    await asyncio.sleep(0.5)
    answer = approve(flow, name, "mallory", digest, OTHER)
    assert "" == answer or "already exists" in answer
