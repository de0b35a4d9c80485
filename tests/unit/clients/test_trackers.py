"""Which tracker is meant by the name of a server.

Proves: operator/trainyard/clients/tracker.py
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lineage_samples import a_lineage_run

from trainyard.clients.trackers import Trackers
from trainyard.tracked import LINEAGE, Tracked


@dataclass(slots=True)
class Kept:
    """See Tracker: keeps the names of the servers."""

    servers: list[str] = field(default_factory=list)

    async def record(self, server: str, tracked: Tracked) -> None:
        """See Tracker.record."""
        self.servers.append(server)


async def test_each_kind_has_servers_of_its_own() -> None:
    """One of MLflow and one of OpenLineage may have the same name."""
    mlflow, openlineage = Kept(), Kept()
    trackers = Trackers(mlflow, openlineage)
    await trackers.record("team", a_lineage_run())
    await trackers.record(f"{LINEAGE}team", a_lineage_run())
    await trackers.record(f"{LINEAGE}other", a_lineage_run())
    assert (["team"], ["team", "other"]) == (mlflow.servers, openlineage.servers)
