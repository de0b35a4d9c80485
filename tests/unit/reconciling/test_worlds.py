"""The cached and the live world answer alike."""

from __future__ import annotations

import pytest
from fakes import FakeCluster

from trainyard.clients.faults import Unavailable
from trainyard.ownership import MANAGED_BY, MANAGER
from trainyard.reconciling.cache import Cache
from trainyard.reconciling.world import World
from trainyard.reconciling.worlds import CachedWorld, LiveWorld


async def both(*, own_kinds: tuple[str, ...] = ("Toy",)) -> tuple[World, World]:
    """Return a cached and a live world of two Jobs (one ours) and a Toy."""
    cluster, cache = FakeCluster(), Cache()
    for kind, name, labels in (
        ("Job", "ours", {MANAGED_BY: MANAGER, "role": "x"}),
        ("Job", "others", {"role": "x"}),
        ("Toy", "a", {}),
    ):
        metadata = {"namespace": "ns", "name": name, "labels": labels}
        stored = await cluster.create({"kind": kind, "metadata": metadata})
        if name != "others":  # the watch selects by our label
            cache.put(kind, stored)
    return CachedWorld(cache), LiveWorld(cluster, own_kinds)


@pytest.mark.parametrize(
    ("kind", "labels", "names"),
    [
        pytest.param("Job", {"role": "x"}, ["ours"], id="of children only ours"),
        pytest.param("Job", None, ["ours"], id="of children only ours, without a selector too"),
        pytest.param("Toy", None, ["a"], id="our kinds whole"),
    ],
)
async def test_lists_agree(kind: str, labels: dict[str, str] | None, names: list[str]) -> None:
    """A decision that is confirmed live sees the same kind of picture."""
    for world in await both():
        found = await world.list(kind, "ns", labels)
        assert names == [raw["metadata"]["name"] for raw in found]


async def test_absence_is_none() -> None:
    """In both worlds."""
    for world in await both():
        assert await world.get("Job", "ns", "nowhere") is None


async def test_faults_of_the_live_world_are_raised() -> None:
    """An outage is never taken for absence."""
    cluster = FakeCluster(faults={("get", "Job"): Unavailable("get", 503, "later")})
    with pytest.raises(Unavailable):
        await LiveWorld(cluster, ()).get("Job", "ns", "a")
