"""The stage of a toy in memory: a fake cluster, a cache that follows it, and a fixed clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fakes import FakeCluster
from toys import toy_controller, toy_manifest

from trainyard.reconciling.cache import Cache
from trainyard.reconciling.once import Stage, reconcile_once
from trainyard.reconciling.queue import Key
from trainyard.reconciling.world import RawObject

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEY = Key("Toy", "ns", "a")


@dataclass(frozen=True, slots=True)
class ToyStage:
    """One toy named `a` in the namespace `ns`."""

    cluster: FakeCluster
    cache: Cache
    stage: Stage

    async def paint(self, **spec: Any) -> None:
        """Do what a user does."""
        await self.cluster.apply(toy_manifest("ns", "a", **spec))

    async def once(self) -> timedelta | None:
        """Let the cache see the cluster, and make one pass."""
        for (kind, _, _), raw in self.cluster.objects.items():
            self.cache.put(kind, raw)
        return await reconcile_once(self.stage, KEY)

    async def toy(self) -> RawObject:
        """Return the toy as it is stored."""
        found = await self.cluster.get(*KEY)
        assert found is not None
        return found

    async def stalled(self) -> str:
        """Return the reason of the condition `Stalled`; empty where there is none."""
        conditions = (await self.toy()).get("status", {}).get("conditions", ())
        return next((c["reason"] for c in conditions if c["type"] == "Stalled"), "")


def toy_stage() -> ToyStage:
    """Return an empty stage."""
    cluster, cache = FakeCluster(), Cache()
    stage = Stage({"Toy": toy_controller()}, cluster, cache, lambda: NOW)
    return ToyStage(cluster, cache, stage)
