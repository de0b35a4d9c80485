"""The status as it grows through a pass, with what is to be told about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from trainyard.api.base import HistoryEntry
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.conditions import shorten
from trainyard.model_deployments.observed import Observed
from trainyard.reconciling.plan import EventType, PlannedEvent

HISTORY_KEPT = 20
HISTORY_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Scene:
    """What a pass looks at; it does not change during the pass."""

    resource: ModelDeployment
    observed: Observed
    now: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """The status wanted so far, and the decisions taken so far."""

    status: ModelDeploymentStatus
    events: tuple[PlannedEvent, ...] = ()

    def having(self, **changes: Any) -> Progress:
        """Return it with these fields of the status changed."""
        return replace(self, status=self.status.model_copy(update=changes))

    def told(
        self, scene: Scene, reason: Reason, message: str, *, warning: bool = False
    ) -> Progress:
        """Return it with one decision more: one Event and one history entry."""
        kind = EventType.WARNING if warning else EventType.NORMAL
        entry = HistoryEntry(
            at=scene.now, reason=str(reason), message=shorten(message, HISTORY_MESSAGE)
        )
        status = self.status.model_copy(
            update={"history": (*self.status.history, entry)[-HISTORY_KEPT:]}
        )
        return Progress(status, (*self.events, PlannedEvent(kind, str(reason), message)))
