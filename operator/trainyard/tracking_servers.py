"""Which servers track runs? The installation names them, objects choose among them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ConfigDict, RootModel

from trainyard.api.base import ApiModel
from trainyard.api.v1alpha1.notify import ReceiverName


class TrackingServer(ApiModel):
    """A server; its address is a file of a mounted secret."""

    model_config = ConfigDict(extra="forbid")

    namespaces: tuple[str, ...] = ()
    """Whose objects may name it; empty: those of all namespaces."""


class TrackingServers(RootModel[dict[ReceiverName, TrackingServer]]):
    """All servers of one kind by name."""

    model_config = ConfigDict(frozen=True)

    root: dict[ReceiverName, TrackingServer] = {}

    def known_in(self, namespace: str) -> Mapping[str, TrackingServer]:
        """Return those that objects of the namespace may name."""
        return {
            name: server
            for name, server in self.root.items()
            if not server.namespaces or namespace in server.namespaces
        }
