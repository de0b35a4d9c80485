"""Whether people said yes to the new version, and what waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from trainyard.api.v1alpha1.approval import Approval, ApprovalsSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.model_deployments.observed import SeenApprovals
from trainyard.model_deployments.rollout.strategy import Act, Move, Standing, back
from trainyard.model_deployments.traffic.decision import TrafficDecision, split
from trainyard.model_deployments.view import View

TOLD = 4
"""Approvals that do not count, of which the reason is told."""
ENDS = frozenset({Act.PROMOTE, Act.FINISH})


class ApprovalAnswer(StrEnum):
    """The three answers of people."""

    GIVEN = "Given"
    AWAITED = "Awaited"
    REFUSED = "Refused"


@dataclass(frozen=True, slots=True)
class ApprovalVerdict:
    """What people say of the version, and who they are."""

    answer: ApprovalAnswer
    why: str = ""
    approved_by: tuple[str, ...] = ()


NOT_NEEDED = ApprovalVerdict(ApprovalAnswer.GIVEN)


def approval_of_canary(view: View, status: ModelDeploymentStatus) -> ApprovalVerdict:
    """Return what people say of the version that is on its way.

    The way back to a version that served, and the same bytes on another template, need nobody.
    """
    approvals, canary, stable = view.resource.spec.rollout.approvals, status.canary, status.stable
    if approvals is None or canary is None:
        return NOT_NEEDED
    rollout = status.rollout
    returns = rollout is not None and rollout.readiness_only and stable is not None
    if returns or (stable is not None and stable.bundle_digest == canary.bundle_digest):
        return NOT_NEEDED
    made = view.resource.metadata.creation_timestamp
    question = Question(approvals, canary.bundle_digest, made, view.now)
    return verdict_on(
        question, view.observed.approvals or SeenApprovals(), view.resource.metadata.name
    )


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of whom."""

    spec: ApprovalsSpec
    bundle_digest: str
    deployed: datetime | None
    """When the ModelDeployment was made: what was said before was of another one."""
    now: datetime


def verdict_on(question: Question, seen: SeenApprovals, name: str) -> ApprovalVerdict:
    """Return what the approvals say together; pure."""
    spec = question.spec
    words = _newest_by_person(a for a in seen.approvals if not _past(question, a))
    rejected = next((a for a in words if a.spec.decision == "Reject"), None)
    if rejected is not None:
        comment = f": {rejected.spec.comment}" if rejected.spec.comment else ""
        return ApprovalVerdict(
            ApprovalAnswer.REFUSED, f"{rejected.spec.approver} rejected it{comment}"
        )
    counted = [a for a in words if _is_counted(question, seen, a)]
    by = tuple(a.spec.approver for a in counted)
    missing = _missing_roles(spec, counted)
    if len(by) >= spec.required and not missing and seen.checked and not seen.too_many:
        return ApprovalVerdict(ApprovalAnswer.GIVEN, approved_by=by)
    return ApprovalVerdict(ApprovalAnswer.AWAITED, _awaited(question, seen, counted, name), by)


def with_approval(at: Standing, found: ApprovalVerdict, move: Move) -> Move:
    """Return the move, or the wait for those who have not said yes, or the way back after a no."""
    if found.answer is ApprovalAnswer.GIVEN:
        return move
    if found.answer is ApprovalAnswer.REFUSED:
        if at.stable is not None and at.stable.ready:
            return back(at, Act.ROLL_BACK, found.why, Reason.REJECTED)
        return Move(Act.AWAIT_APPROVAL, found.why, reason=Reason.REJECTED)
    first = _before_the_first_request(at)
    if first and at.canary_weight and at.stable is not None and at.stable.ready:
        why = f"no longer approved: {found.why}"
        traffic = split(at.stable.revision, at.rollout.revision, 0)
        return Move(Act.WITHDRAW, why, reason=Reason.AWAITING_APPROVAL, traffic=traffic)
    asks = move.act in ENDS or (first and _gives(move.traffic, at.rollout.revision))
    if not asks:
        return move
    return Move(Act.AWAIT_APPROVAL, found.why, reason=Reason.AWAITING_APPROVAL)


def _before_the_first_request(at: Standing) -> bool:
    approvals = at.spec.rollout.approvals
    return approvals is not None and approvals.before == "FirstRequest"


def _gives(traffic: TrafficDecision | None, revision: str) -> bool:
    """Tell whether the revision gets requests, or copies of them."""
    if traffic is None:
        return False
    return bool(traffic.weight_of(revision) or traffic.mirror_percent or traffic.matches)


def _newest_by_person(approvals: Iterable[Approval]) -> list[Approval]:
    ordered = sorted(approvals, key=lambda a: (_made(a), a.metadata.name))
    return sorted({a.spec.approver: a for a in ordered}.values(), key=lambda a: a.spec.approver)


def _made(approval: Approval) -> float:
    made = approval.metadata.creation_timestamp
    return made.timestamp() if made is not None else 0


def _past(question: Question, approval: Approval) -> str:
    """Return why it says nothing of this version now; empty where it does."""
    if approval.spec.bundle_digest != question.bundle_digest:
        return f"is of {approval.spec.bundle_digest[:19]}…"
    made = approval.metadata.creation_timestamp
    if made is None or (question.deployed is not None and made < question.deployed):
        return "is older than the ModelDeployment"
    if question.now - made >= timedelta(seconds=question.spec.valid_for_seconds):
        return "has expired"
    return ""


def _is_counted(question: Question, seen: SeenApprovals, approval: Approval) -> bool:
    return not _past(question, approval) and not _of_author(question, seen, approval)


def _of_author(question: Question, seen: SeenApprovals, approval: Approval) -> str:
    """Return why the approver may be judging their own work; empty where they are not."""
    if question.spec.author_may_approve:
        return ""
    if not seen.author:
        return "cannot count: who wrote the recipe is not known"
    return "is of the recipe's author" if approval.spec.approver == seen.author else ""


def _missing_roles(spec: ApprovalsSpec, counted: Sequence[Approval]) -> list[str]:
    there = {role for approval in counted for role in approval.spec.roles}
    return [role for role in spec.roles if role not in there]


def _awaited(
    question: Question, seen: SeenApprovals, counted: Sequence[Approval], name: str
) -> str:
    spec = question.spec
    by, roles = [a.spec.approver for a in counted], _missing_roles(spec, counted)
    parts = [f"{len(by)} of {spec.required} approvals of {question.bundle_digest[:19]}…"]
    if by:
        parts.append(f"by {', '.join(by)}")
    if roles:
        parts.append(f"missing in role {', '.join(roles)}")
    text = f"it waits for people: {', '.join(parts)}; trainyard approve {name}"
    return "; ".join((text, *_not_counted(question, seen)))


def _not_counted(question: Question, seen: SeenApprovals) -> Iterator[str]:
    if seen.too_many:
        yield "more Approvals name it than are read, so none counts: delete the old ones"
    if not seen.checked:
        yield (
            "nobody checks who approves, so none counts: install the chart with"
            " policies.enabled and policies.approvals"
        )
    if not question.spec.author_may_approve and not seen.author:
        yield (
            "its ModelVersion names no author: the TrainingJob needs the annotation"
            " trainyard.dev/author, or rollout.approvals.authorMayApprove is true"
        )
        return
    for approval in seen.approvals[:TOLD]:
        why = _past(question, approval) or _of_author(question, seen, approval)
        if why:
            yield f"that of {approval.spec.approver} ({approval.metadata.name}) {why}"


def told(found: ApprovalVerdict, move: Move) -> Move:
    """Return the promotion with the names of those who approved it."""
    if move.act is not Act.PROMOTE or not found.approved_by:
        return move
    return replace(move, why=f"{move.why}; approved by {', '.join(found.approved_by)}")
