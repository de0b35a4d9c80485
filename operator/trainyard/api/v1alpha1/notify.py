"""The part of a ModelDeployment that says who is told of decisions, and what arrived."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel, Sentence

ReceiverName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", min_length=1, max_length=63),
]


class NotifiedDecision(StrEnum):
    """A decision that somebody may want to be told; the words are those of the history."""

    ROLLING_OUT = "RollingOut"
    STEP_STARTED = "StepStarted"
    PROMOTED = "Promoted"
    ROLLED_BACK = "RolledBack"
    ROLLBACK_REFUSED = "RollbackRefused"
    ABORTED = "Aborted"
    UNDONE = "Undone"
    PAUSED = "Paused"
    INCONCLUSIVE = "Inconclusive"
    NO_EVIDENCE = "NoEvidence"
    STABLE_FAILED = "StableFailed"
    CLUSTER_FAULT = "ClusterFault"
    SIGNAL_RAISED = "SignalRaised"
    SIGNAL_CLEARED = "SignalCleared"
    IMAGES_REFRESHED = "ImagesRefreshed"
    REBUILT = "Rebuilt"


class Notify(ApiModel):
    """Somebody outside who is told."""

    receiver: ReceiverName
    """One of those that the installation knows (`notifications.receivers` of its chart)."""
    on: Annotated[tuple[NotifiedDecision, ...], Field(max_length=len(NotifiedDecision))] = ()
    """Which decisions are told; empty: all that can be named here. In YAML write `"on"`: without
    the quotes it is read as `true`."""


class DeliveryState(ApiModel):
    """What one receiver has of the history."""

    receiver: ReceiverName
    delivered: int = 0
    """The number of the newest entry of the history that arrived, or that it is not told."""
    lost: int = 0
    """Entries that left the history before they arrived."""
    failing_since: datetime | None = None
    """Since when nothing arrives; it is tried again with growing pauses."""
    why: Sentence = ""
    """Why nothing arrives."""
