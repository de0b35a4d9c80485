"""Whose yes does a release need, and who gave it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainyardctl.names import ObjectName
from trainyardctl.snapshot import Raw, Snapshot, at

_BEFORE = {"FirstRequest": "before its first request", "Promotion": "before its promotion"}
MOST_NAMES = 20


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
    )
