"""What does a person say of a version, as an object of the cluster?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainyard.api.v1alpha1 import API_VERSION
from trainyard.api.v1alpha1.approval import ApprovalSpec
from trainyardctl.names import ObjectName
from trainyardctl.snapshot import Raw, at

NAMED = 30
"""Characters of the ModelDeployment's name in the name of an Approval."""


class NothingToApprove(Exception):
    """No version of the object is on its way."""


@dataclass(frozen=True, slots=True)
class Word:
    """A yes or a no."""

    is_yes: bool
    roles: Sequence[str] = ()
    comment: str = ""
    bundle_digest: str = ""
    """Of which version; empty: of the one that is on its way."""


def approval(name: ObjectName, raw: Raw, word: Word, approver: str, token: str) -> Raw:
    """Return the Approval in which the approver says this; raises NothingToApprove."""
    if name.kind != "ModelDeployment":
        raise NothingToApprove(f"{name}: approvals are of versions for a ModelDeployment")
    digest = word.bundle_digest or at(raw, "status.canary.bundleDigest")
    if not digest:
        raise NothingToApprove(
            f"{name}: no version is on its way; name one with --version, or see `trainyard get`"
        )
    spec = ApprovalSpec.model_validate(
        {
            "modelDeployment": {"name": name.name},
            "bundleDigest": digest,
            "decision": "Approve" if word.is_yes else "Reject",
            "approver": approver,
            "roles": list(word.roles),
            "comment": word.comment,
        }
    )
    return {
        "apiVersion": API_VERSION,
        "kind": "Approval",
        "metadata": {"name": f"{name.name[:NAMED]}-{token}"},
        "spec": spec.to_api(),
    }
