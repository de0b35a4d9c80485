"""Whose fault is a failed Job, and what should people read about it?"""

from __future__ import annotations

from dataclasses import dataclass

from trainyard.api.v1alpha1.task import Fault
from trainyard.conditions import shorten
from trainyard.jobs.job_view import JobView
from trainyard.jobs.last_words import last_words
from trainyard.jobs.pods import ContainerEnd
from trainyard.jobs.result_message import read_document

USER_FAULT_CODES = range(10, 20)
"""Exit codes by which our containers say that only the user can put it right."""
NOT_THERE_YET = frozenset({22, 25})
"""A source does not answer, nothing is where it points, or keys are missing or refused: that may
change."""
USER_CONTAINER = "train"
"""The container of training Jobs that may be the user's own."""
EXTRACTION = "extract"
"""The container of refreshes that is the user's own."""
_OF_ANY_POD = frozenset({"", "BackoffLimitExceeded"})
"""What the Job controller says whatever became of the pod."""
LONGEST_MESSAGE = 400
"""Characters: as many as the status of a task keeps."""
_LONGEST_REASON = 64


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a Job failed."""

    fault: Fault
    reason: str
    message: str


def failure_of(view: JobView) -> Failure:
    """Return why the Job failed: its container's own word first, then the Job controller's."""
    if view.reason == "DeadlineExceeded":
        return _deadline(view)
    return _pod(view) if view.end is None else _container(view.end)


def _pod(view: JobView) -> Failure:
    if view.reason not in _OF_ANY_POD and not view.lost:
        return Failure(
            Fault.INFRASTRUCTURE, view.reason, shorten(view.message or view.reason, LONGEST_MESSAGE)
        )
    text = view.lost or "it was deleted, or its node went away"
    return Failure(
        Fault.INFRASTRUCTURE,
        "PodLost",
        shorten(f"the pod ended without a result: {text}", LONGEST_MESSAGE),
    )


def _deadline(view: JobView) -> Failure:
    if view.started_at is None:
        text = f"no container began before the deadline{_colon(view.waiting)}"
        return Failure(Fault.INFRASTRUCTURE, "NotStarted", text)
    text = "it was still at work at its deadline: give it more time, or less to do"
    if view.lost:
        text = f"it began anew after its pod was lost, until its deadline ({view.lost})"
    return Failure(Fault.USER, "DeadlineExceeded", text)


def _container(end: ContainerEnd) -> Failure:
    if end.reason == "OOMKilled":
        text = (
            f"container {end.container} used more memory than it may: "
            "raise spec.pod.resources.limits.memory"
        )
        return Failure(Fault.INFRASTRUCTURE, "OutOfMemory", text)
    if end.container == EXTRACTION:
        fault = Fault.USER if end.exit_code in USER_FAULT_CODES else Fault.SOURCE
        return Failure(fault, "SourceContainerFailed", _said(end))
    document = read_document(end.message) or {}
    return Failure(
        fault=_fault(end),
        reason=shorten(str(document.get("reason") or end.reason or "Error"), _LONGEST_REASON),
        message=shorten(str(document.get("message") or "").strip(), LONGEST_MESSAGE) or _said(end),
    )


def _said(end: ContainerEnd) -> str:
    """What a program that knows nothing of our documents left: the end of it says why."""
    ended = f"container {end.container} ended with exit code {end.exit_code}"
    return f"{ended}{_colon(last_words(end.message, LONGEST_MESSAGE - len(ended) - len(': ')))}"


def _fault(end: ContainerEnd) -> Fault:
    # Of a user's container these say no more than their neighbours.
    if end.exit_code in NOT_THERE_YET and end.container != USER_CONTAINER:
        return Fault.SOURCE
    return Fault.USER if end.exit_code in USER_FAULT_CODES else Fault.INFRASTRUCTURE


def _colon(text: str) -> str:
    return f": {text}" if text else ""
