"""Whose yes does a release need, and what did people say?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainyardctl.names import ObjectName
from trainyardctl.snapshot import Raw, Snapshot, at, name_of

_BEFORE = {"FirstRequest": "before its first request", "Promotion": "before its promotion"}
MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said of one version."""

    approver: str
    decision: str
    roles: Sequence[str]
    comment: str
    at: str
    version: str
    """Empty: the one on its way, or one that is gone."""


@dataclass(frozen=True, slots=True)
class Approvals:
    """What spec.rollout.approvals asks for, and what there is for the version on its way."""

    required: int
    before: str
    roles: Sequence[str]
    author: str
    """Who may not approve it; empty: nobody, or nobody knows who wrote the recipe."""
    given: Sequence[str]
    hidden: int
    under_way: bool
    said: Sequence[Said]
    """Of the version on its way, or, at rest, of any; newest first."""

    @property
    def lacking(self) -> int:
        """How many are still needed."""
        return max(0, self.required - len(self.given) - self.hidden)


def approvals_of(raw: Raw, snapshot: Snapshot) -> Approvals | None:
    """Return the approvals of a ModelDeployment, or None where it needs none."""
    asked = at(raw, "spec.rollout.approvals")
    if asked is None:
        return None
    version = ObjectName("ModelVersion", str(at(raw, "status.canary.modelVersion") or ""))
    author = str(at(snapshot.find(version), "spec.author") or "")
    given = [str(name) for name in at(raw, "status.rollout.approvedBy") or ()]
    return Approvals(
        required=int(asked.get("required") or 1),
        before=_BEFORE.get(str(asked.get("before")), _BEFORE["Promotion"]),
        roles=tuple(str(role) for role in asked.get("roles") or ()),
        author="" if asked.get("authorMayApprove") else author,
        given=tuple(given[:MOST_NAMES]),
        hidden=max(0, len(given) - MOST_NAMES),
        under_way=bool(at(raw, "status.rollout")),
        said=tuple(_said(raw, snapshot))[:MOST_NAMES],
    )


def _said(raw: Raw, snapshot: Snapshot) -> Iterator[Said]:
    """Yield what the Approval objects of this ModelDeployment say."""
    digest = at(raw, "status.canary.bundleDigest") if at(raw, "status.rollout") else None
    versions = {at(v, "spec.bundleDigest"): name_of(v) for v in snapshot.of("ModelVersion")}
    mine = [
        one
        for one in snapshot.of("Approval")
        if at(one, "spec.modelDeployment.name") == name_of(raw)
        and digest in (None, at(one, "spec.bundleDigest"))
    ]
    for one in sorted(mine, key=lambda o: str(at(o, "metadata.creationTimestamp")), reverse=True):
        yield Said(
            approver=str(at(one, "spec.approver") or ""),
            decision=str(at(one, "spec.decision") or ""),
            roles=tuple(str(role) for role in at(one, "spec.roles") or ()),
            comment=str(at(one, "spec.comment") or ""),
            at=str(at(one, "metadata.creationTimestamp") or ""),
            version="" if digest else str(versions.get(at(one, "spec.bundleDigest"), "")),
        )
