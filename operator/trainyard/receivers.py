"""Who outside may be told of decisions: the installation names them, objects choose among them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import ConfigDict, RootModel

from trainyard.api.base import ApiModel
from trainyard.api.v1alpha1.notify import ReceiverName


class MessageFormat(StrEnum):
    """What a receiver understands."""

    CLOUD_EVENTS = "CloudEvents"
    SLACK = "Slack"


class Receiver(ApiModel):
    """A receiver; its address is a file of a mounted secret, for it opens what it names."""

    model_config = ConfigDict(extra="forbid")

    format: MessageFormat = MessageFormat.CLOUD_EVENTS
    """What is posted."""
    namespaces: tuple[str, ...] = ()
    """Whose objects may name it; empty: those of all namespaces."""


class Receivers(RootModel[dict[ReceiverName, Receiver]]):
    """All receivers by name; TRAINYARD_RECEIVERS holds them as JSON."""

    model_config = ConfigDict(frozen=True)

    root: dict[ReceiverName, Receiver] = {}

    def known_in(self, namespace: str) -> Mapping[str, Receiver]:
        """Return those that objects of the namespace may name."""
        return {
            name: receiver
            for name, receiver in self.root.items()
            if not receiver.namespaces or namespace in receiver.namespaces
        }
