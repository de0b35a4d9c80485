"""Which version of the labels is joined with captured rows, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from trainyard.api.v1alpha1.labels import LabelCounts, LabelJoin, LiveQuality
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.task import AT_WORK, TaskPhase
from trainyard.conditions import shorten
from trainyard.jobs.labelled_rows import labelled_folder
from trainyard.jobs.supervision import (
    Ended,
    GaveUp,
    Report,
    Retry,
    Start,
    Wait,
    follow,
    next_attempt,
    recorded,
)
from trainyard.model_deployments.join_job import (
    join_inputs,
    join_name,
    join_question,
    labels_of,
)
from trainyard.model_deployments.view import Turn, View

_UNREADABLE = "its result cannot be read"
_WHY = 500


def is_joining(join: LabelJoin | None) -> bool:
    """Tell whether a Job of the join is there, or about to be."""
    return join is not None and join.phase in AT_WORK


def with_label_join(view: View, turn: Turn) -> Turn:
    """Return the status with the join of the newest labels begun, followed, or ended.

    One at a time: labels that come meanwhile are joined next.
    """
    join = turn.status.label_join
    if labels_of(view.resource) is None:
        return turn.changed(label_join=None) if join is not None else turn
    if join is not None and (is_joining(join) or join.phase is TaskPhase.WAITING):
        return _followed(view, turn, join)
    digest = view.observed.labels
    if digest is None or turn.status.stable is None:
        return turn
    inputs = join_inputs(view.resource, digest)
    if join is not None and join.inputs == inputs:
        return turn
    return turn.changed(label_join=_begun(view, join, digest, inputs))


def _begun(view: View, before: LabelJoin | None, digest: str, inputs: str) -> LabelJoin:
    """What was found last is kept until there is something newer."""
    found = LabelJoin(
        name=join_name(view.resource, inputs, 0),
        phase=TaskPhase.PENDING,
        queued_at=view.now,
        dataset_digest=digest,
        inputs=inputs,
    )
    if before is None:
        return found
    kept = ("last", "folder", "counts", "metric", "question", "revisions")
    return found.model_copy(update={name: getattr(before, name) for name in kept})


def _followed(view: View, turn: Turn, join: LabelJoin) -> Turn:
    seen = view.observed.label_join
    step = follow(join, seen, view.observed.label_report, view.now)
    after = recorded(join, step, seen, view.now)
    match step:
        case Start() if join.phase is TaskPhase.WAITING:
            name = join_name(view.resource, join.inputs, join.attempt + 1)
            return turn.changed(label_join=next_attempt(after, name, view.now))
        case Start() | Report() | Wait() | Retry():
            return turn.changed(label_join=after)
        case GaveUp(failure):
            why = f"labels {join.dataset_digest[:19]} are not joined: {failure.message}"
            return turn.changed(label_join=after).noted(Reason.LABELS_UNUSABLE, why, warning=True)
        case Ended():
            return _ended(view, turn, after, step.result)


def _ended(view: View, turn: Turn, join: LabelJoin, result: Mapping[str, Any]) -> Turn:
    try:
        counts = LabelCounts.model_validate({"at": view.now, **result})
        revisions = tuple(_quality(found) for found in result["revisions"])
    except (KeyError, TypeError, ValidationError):
        failed = {"phase": TaskPhase.FAILED, "reason": "ResultUnreadable", "message": _UNREADABLE}
        return turn.changed(label_join=join.model_copy(update=failed))
    found = {
        "last": join.name,
        "folder": labelled_folder(view.resource.metadata.uid),
        "counts": counts,
        "metric": str(result.get("metric", "")),
        "question": _question(view, join),
        "revisions": revisions[:4],
    }
    return turn.changed(label_join=join.model_copy(update=found))


def _question(view: View, join: LabelJoin) -> str:
    """What this join was asked; the spec may ask something else by now, which nothing answers."""
    is_asked = join.inputs == join_inputs(view.resource, join.dataset_digest)
    return join_question(view.resource) if is_asked else "another"


def _quality(found: Mapping[str, Any]) -> LiveQuality:
    """Texts of the container are of any length."""
    why = shorten(str(found.get("why", "")), _WHY)
    fairness = found.get("fairness")
    if isinstance(fairness, Mapping):
        fairness = {**fairness, "why": shorten(str(fairness.get("why", "")), _WHY)}
    return LiveQuality.model_validate({**found, "why": why, "fairness": fairness})
