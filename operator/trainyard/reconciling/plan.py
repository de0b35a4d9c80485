"""What a decision looks like: plain frozen data that `act` carries out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from trainyard.objects import Manifest, ObjectRef

StatusT = TypeVar("StatusT")


@dataclass(frozen=True, slots=True)
class Apply:
    """Make the object's fields be as in `manifest` (server-side apply, our field manager)."""

    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Create:
    """Create the object if its name is free; never change one that exists (Jobs, ModelVersions)."""

    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Patch:
    """Merge `changes` into an existing object (replicas, labels, annotations of our children)."""

    ref: ObjectRef
    changes: Manifest


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the object if it is still the one that was looked at; its dependents go with it."""

    ref: ObjectRef


Action = Apply | Create | Patch | Delete


class EventType(StrEnum):
    """How `kubectl describe` colours an Event."""

    NORMAL = "Normal"
    WARNING = "Warning"


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One Event on the owner: a decision with its numbers."""

    type: EventType
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Plan(Generic[StatusT]):
    """Everything one pass wants: the whole status first, then the deeds, then the Events.

    `act` writes the status (guarded by resourceVersion) before any action, and stops at a
    conflict, so children are only ever rendered from a status that is stored.
    """

    status: StatusT | None
    """The whole wanted status; None leaves the stored one alone (object being deleted)."""
    actions: tuple[Action, ...] = ()
    events: tuple[PlannedEvent, ...] = ()
    again_after: timedelta | None = None
    """Look again after this long; None: only when something changes."""
    confirm_live: bool = False
    """True: before anything is written the pass is repeated on a live read (Jobs to create,
    things to delete, weights to raise), and only the repeated decision is carried out."""
    live_kinds: frozenset[str] | None = None
    """What is then read live beside the object itself; None: all that is looked at."""
