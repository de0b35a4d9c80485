"""What a pass over a toy works with: a fake cluster, a cache that follows it, a fixed clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fakes import FakeCluster
from toys import toy_controller, toy_manifest

from trainyard.objects import RawObject
from trainyard.reconciling.audit import AuditTrail
from trainyard.reconciling.cache import Cache
from trainyard.reconciling.once import Context, reconcile_once
from trainyard.reconciling.queue import Key
from trainyard.reconciling.references import References

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TRAIL = AuditTrail(NOW)
"""For tests in which nothing is told."""
KEY = Key("toys", "ns", "a")


@dataclass(frozen=True, slots=True)
class ToyContext:
    """One toy named `a` in the namespace `ns`."""

    cluster: FakeCluster
    cache: Cache
    context: Context

    async def paint(self, **spec: Any) -> None:
        """Do what a user does."""
        await self.cluster.apply(toy_manifest("ns", "a", **spec))

    async def once(self) -> timedelta | None:
        """Let the cache see the cluster, and make one pass."""
        for (kind, _, _), raw in self.cluster.objects.items():
            self.cache.put(kind, raw)
        return await reconcile_once(self.context, KEY)

    async def toy(self) -> RawObject:
        """Return the toy as it is stored."""
        found = await self.cluster.get("Toy", "ns", "a")
        assert found is not None
        return found

    async def stalled(self) -> str:
        """Return the reason of the condition `Stalled`; empty where there is none."""
        conditions = (await self.toy()).get("status", {}).get("conditions", ())
        return next((c["reason"] for c in conditions if c["type"] == "Stalled"), "")


def toy_context() -> ToyContext:
    """Return it with nothing stored."""
    cluster, cache = FakeCluster(), Cache()
    context = Context(
        {"toys": toy_controller()},
        cluster,
        cache,
        References({}),
        lambda: NOW,
        lambda *_: None,
        "ours/default",
        NOW - timedelta(hours=1),
        AuditTrail(NOW - timedelta(hours=1)),
    )
    return ToyContext(cluster, cache, context)
