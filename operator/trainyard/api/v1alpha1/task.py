"""What a status says of one piece of work that Jobs do: how far it is, and how it failed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from trainyard.api.base import ApiModel

ShortText = Annotated[str, StringConstraints(max_length=256)]


class TaskPhase(StrEnum):
    """How far a task is."""

    PENDING = "Pending"
    """Decided on; no container has begun."""
    RUNNING = "Running"
    """A container of its Job has begun."""
    REPORTING = "Reporting"
    """Another Job reads its stored result."""
    WAITING = "Waiting"
    """It failed and is tried again at `retryAt`."""
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    """It failed and is not tried again by itself."""
    STOPPED = "Stopped"
    """It was ended before its time; that is no failure."""


AT_WORK = frozenset({TaskPhase.PENDING, TaskPhase.RUNNING, TaskPhase.REPORTING})
"""Phases in which a Job is there, or about to be."""


class Fault(StrEnum):
    """Who can put a failure right."""

    USER = "User"
    """Trying again gives the same."""
    SOURCE = "Source"
    """Files, credentials or secrets that are not there; they may come without a change to the
    object."""
    INFRASTRUCTURE = "Infrastructure"
    """Trying again may help."""
    QUEUE = "Queue"
    """Nobody has to: its queue took its place back, and it is tried again without being counted."""


class Task(ApiModel):
    """One piece of work that a Job does, and what became of it so far."""

    name: ShortText
    """The Job's name."""
    attempt: int = 0
    """0 for the first attempt."""
    infrastructure_failures: int = 0
    """How many attempts in a row, up to this one, failed by the infrastructure's fault."""
    source_failures: int = 0
    """How many attempts in a row, up to this one, failed by a source or secret that is missing."""
    preemptions: int | None = None
    """How often its Job was suspended after it began: its queue took its place back. Absent:
    never."""
    phase: TaskPhase
    """How far it is."""
    queued_at: datetime
    """When it was decided on."""
    started_at: datetime | None = None
    """When its first container began."""
    finished_at: datetime | None = None
    """When it ended."""
    retry_at: datetime | None = None
    """When it is tried again."""
    fault: Fault | None = None
    """Who can put the failure right."""
    reason: ShortText = ""
    """One word for how it ended."""
    message: Annotated[str, StringConstraints(max_length=400)] = ""
    """How it ended, in words."""
