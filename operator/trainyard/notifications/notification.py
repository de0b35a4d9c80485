"""What is to be told to a receiver."""

from __future__ import annotations

from dataclasses import dataclass

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


def notification_of(resource: Resource, entry: HistoryEntry, form: MessageFormat) -> Notification:
    """Return the entry in this form."""
    if form is MessageFormat.SLACK:
        return Notification(entry.number, "application/json", slack_message(resource, entry))
    return Notification(entry.number, "application/cloudevents+json", cloud_event(resource, entry))
