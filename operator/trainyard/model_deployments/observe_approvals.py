"""What did people say of the version that is on its way, and can their names be believed?"""

from __future__ import annotations

from dataclasses import replace

from trainyard.api.v1alpha1 import API_VERSION
from trainyard.api.v1alpha1.approval import Approval
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.clients.faults import ClusterFault
from trainyard.model_deployments.observed import Observed, SeenApprovals
from trainyard.objects import Manifest
from trainyard.reconciling.parsing import Unreadable
from trainyard.reconciling.world import World

MOST = 64
"""Approvals of one deployment that are read. Where there are more none counts, since a no may be
among those that are not read."""
SOMEBODY_ELSE = "system:trainyard:somebody-else"
"""Nobody has this name: an Approval in it is forged, whoever writes it."""
DENIED = "ValidatingAdmissionPolicy"
"""What the API server says where a policy, and nothing else, stands against an object."""


async def with_approvals(resource: ModelDeployment, seen: Observed, world: World) -> Observed:
    """Read what was said while a rollout asks for it, and try whether a forgery would be refused.

    That is tried, not looked up: a policy that was deleted, unbound or edited refuses nothing.
    """
    canary, spec = resource.status.canary, resource.spec.rollout.approvals
    if spec is None or canary is None:
        return seen
    namespace, name = resource.metadata.namespace, resource.metadata.name
    names = await world.referrers("ModelDeployment", namespace, name, by="Approval")
    found = [await _approval(world, namespace, approval) for approval in names[:MOST]]
    approvals = tuple(approval for approval in found if approval is not None)
    decides = any(a.spec.bundle_digest == canary.bundle_digest for a in approvals)
    return replace(
        seen,
        approvals=SeenApprovals(
            approvals=approvals,
            author=await _author(world, namespace, canary.model_version),
            too_many=len(names) > MOST,
            checked=not decides
            or await _is_checked(world, _forged(resource, canary.bundle_digest)),
        ),
    )


async def _approval(world: World, namespace: str, name: str) -> Approval | None:
    try:
        return await world.load(Approval, namespace, name)
    except Unreadable:
        return None


async def _author(world: World, namespace: str, version: str) -> str:
    found = await world.get("ModelVersion", namespace, version) if version else None
    return str(((found or {}).get("spec") or {}).get("author") or "")


async def _is_checked(world: World, forged: Manifest) -> bool:
    """Tell whether a policy refuses the forgery for its name; where nobody can say, none does."""
    try:
        refusal = await world.refusal(forged)
    except ClusterFault:
        return False
    return DENIED in refusal and SOMEBODY_ELSE in refusal


def _forged(resource: ModelDeployment, bundle_digest: str) -> Manifest:
    return {
        "apiVersion": API_VERSION,
        "kind": "Approval",
        "metadata": {
            "name": f"{resource.metadata.name}-forged",
            "namespace": resource.metadata.namespace,
        },
        "spec": {
            "modelDeployment": {"name": resource.metadata.name},
            "bundleDigest": bundle_digest,
            "decision": "Approve",
            "approver": SOMEBODY_ELSE,
        },
    }
