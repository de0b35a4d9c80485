"""A decision in the making: each question that is answered gives the next, fuller turn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, Self, TypeVar

from trainyard.api.base import HistoryEntry, KindStatus
from trainyard.conditions import shorten
from trainyard.reconciling.plan import Action, Create, Delete, EventType, Plan, PlannedEvent
from trainyard.requests import Request, outcomes_with

StatusT = TypeVar("StatusT", bound=KindStatus)
HISTORY_KEPT = 20
LONGEST_NOTE = 500
LONGEST_ENTRY = 300
"""The history keeps less of a sentence than its Event: a full status stays below 32 KiB."""
SHORTEST_WAIT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Turn(Generic[StatusT]):
    """The status so far, and what is to be done about it."""

    status: StatusT
    now: datetime
    actions: tuple[Action, ...] = ()
    events: tuple[PlannedEvent, ...] = ()
    due: datetime | None = None
    """The earliest moment at which something changes by time alone."""

    def changed(self, **fields: Any) -> Self:
        """Return the turn with these fields of the status changed."""
        return replace(self, status=self.status.model_copy(update=fields))

    def doing(self, *actions: Action) -> Self:
        """Return the turn with further actions."""
        return replace(self, actions=(*self.actions, *actions))

    def again_at(self, moment: datetime | None) -> Self:
        """Return the turn that looks again at `moment` at the latest; None changes nothing."""
        if moment is None:
            return self
        return replace(self, due=moment if self.due is None else min(self.due, moment))

    def noted(self, reason: str, message: str, *, warning: bool = False) -> Self:
        """Return the turn with one more Event and history entry."""
        text = shorten(message, LONGEST_NOTE)
        event = PlannedEvent(
            type=EventType.WARNING if warning else EventType.NORMAL,
            reason=str(reason),
            message=text,
        )
        number = 1 + max((entry.number for entry in self.status.history), default=0)
        kept = shorten(message, LONGEST_ENTRY)
        entry = HistoryEntry(at=self.now, reason=str(reason), message=kept, number=number)
        history = (*self.status.history, entry)[-HISTORY_KEPT:]
        return replace(self.changed(history=history), events=(*self.events, event))

    def noted_once(self, reason: str, message: str, *, warning: bool = False) -> Self:
        """Like `noted`, but silent while the history still holds the very same sentence."""
        text = shorten(message, LONGEST_ENTRY)
        if any(e.reason == str(reason) and e.message == text for e in self.status.history):
            return self
        return self.noted(reason, message, warning=warning)

    def latched(self, request: Request, *, done: bool, message: str) -> Self:
        """Return the turn in which the request was carried out or refused, once."""
        before = self.status.requests
        outcomes = outcomes_with(before, request, done=done, message=message, now=self.now)
        return self.changed(last_request=request.text, requests=outcomes)

    def plan(self) -> Plan[StatusT]:
        """Return the whole decision; what creates or deletes is confirmed on a live read."""
        wait = None if self.due is None else max(self.due - self.now, SHORTEST_WAIT)
        return Plan(
            status=self.status,
            actions=self.actions,
            events=self.events,
            again_after=wait,
            confirm_live=any(isinstance(action, Create | Delete) for action in self.actions),
        )
