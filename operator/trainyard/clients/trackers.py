"""Which tracker is meant by the name of a server?"""

from __future__ import annotations

from dataclasses import dataclass

from trainyard.clients.tracker import Tracker
from trainyard.tracked import LINEAGE, Tracked


@dataclass(frozen=True, slots=True)
class Trackers:
    """All kinds of trackers behind one protocol."""

    mlflow: Tracker
    openlineage: Tracker

    async def record(self, server: str, tracked: Tracked) -> None:
        """See Tracker.record."""
        name = server.removeprefix(LINEAGE)
        tracker = self.mlflow if name == server else self.openlineage
        await tracker.record(name, tracked)
