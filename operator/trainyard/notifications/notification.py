"""What is to be told to a receiver, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trainyard.api.base import HistoryEntry, Resource
from trainyard.notifications.cloud_event import cloud_event
from trainyard.notifications.slack_message import slack_message
from trainyard.receivers import MessageFormat


@dataclass(frozen=True, slots=True)
class Notification:
    """One entry of a history, as its receiver understands it."""

    number: int
    """Of the entry."""
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """All that one receiver is still to be told of one object."""

    receiver: str
    delivered: int
    """The number up to which it has everything, as the status says."""
    notifications: tuple[Notification, ...]
    """Oldest first."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it stands with one receiver."""

    delivered: int
    """The number up to which it has everything that it is to be told."""
    failing_since: datetime | None = None
    why: str = ""
    again_at: datetime | None = None
    """When there may be something new to see; None: nothing is on its way."""


def notification_of(resource: Resource, entry: HistoryEntry, form: MessageFormat) -> Notification:
    """Return the entry in this form."""
    if form is MessageFormat.SLACK:
        return Notification(entry.number, "application/json", slack_message(resource, entry))
    return Notification(entry.number, "application/cloudevents+json", cloud_event(resource, entry))
