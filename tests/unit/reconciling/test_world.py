"""The cached and the live world answer alike."""

from __future__ import annotations

import pytest
from builders_serving import NOW
from fakes import FakeCluster
from toys import Toy

from trainyard.clients.faults import Unavailable
from trainyard.ownership import MANAGED_BY, MANAGER
from trainyard.reconciling.cache import Cache
from trainyard.reconciling.parsing import Unreadable
from trainyard.reconciling.references import References
from trainyard.reconciling.world import CachedWorld, LiveWorld, PartlyLiveWorld, World


async def both(*, own_kinds: tuple[str, ...] = ("Toy",)) -> tuple[World, World]:
    """Return a cached and a live world of two Jobs (one ours) and a Toy."""
    cluster, cache = FakeCluster(), Cache()
    for kind, name, labels in (
        ("Job", "ours", {MANAGED_BY: MANAGER, "role": "x"}),
        ("Job", "others", {"role": "x"}),
        ("Toy", "a", {}),
        ("Toy", "odd", {}),
    ):
        metadata = {"namespace": "ns", "name": name, "labels": labels}
        spec = {"color": 7} if name == "odd" else {}
        stored = await cluster.create({"kind": kind, "metadata": metadata, "spec": spec})
        if name != "others":  # the watch selects by our label
            cache.put(kind, stored)
    references = References({"Toy": lambda _: [("Job", "ours")]})
    references.update("Toy", ("ns", "a"), {})
    return CachedWorld(cache, references, cluster, NOW), LiveWorld(
        cluster, references, own_kinds, NOW
    )


@pytest.mark.parametrize(
    ("kind", "labels", "names"),
    [
        pytest.param("Job", {"role": "x"}, ["ours"], id="of children only ours"),
        pytest.param("Job", None, ["ours"], id="of children only ours, without a selector too"),
        pytest.param("Toy", None, ["a", "odd"], id="our kinds whole"),
    ],
)
async def test_lists_agree(kind: str, labels: dict[str, str] | None, names: list[str]) -> None:
    """A decision that is confirmed live sees the same kind of picture."""
    for world in await both():
        found = await world.list(kind, "ns", labels)
        assert names == [raw["metadata"]["name"] for raw in found]


async def test_some_kinds_can_be_read_live_and_all_others_from_memory() -> None:
    """What the cluster has and the cache does not know yet is seen of those kinds alone."""
    cluster, cache, references = FakeCluster(), Cache(), References({})
    cached = CachedWorld(cache, references, cluster, NOW)
    live = LiveWorld(cluster, references, ("Toy",), NOW)
    for kind in ("Job", "Toy"):
        metadata = {"namespace": "ns", "name": "a", "labels": {MANAGED_BY: MANAGER}}
        await cluster.create({"kind": kind, "metadata": metadata, "spec": {}})
    world = PartlyLiveWorld(live, cached, {"Toy"})
    assert await world.get("Job", "ns", "a") is None
    assert [] == await world.list("Job", "ns")
    assert 1 == len(await world.list("Toy", "ns"))
    assert await world.load(Toy, "ns", "a") is not None
    assert {NOW} == {cached.now, live.now, world.now}


async def test_a_kind_that_the_cluster_lacks_is_known_from_memory() -> None:
    """Who reads the rest live is told so, too; what is not known to be absent is there."""
    cluster, cache, references = FakeCluster(), Cache(), References({})
    cached = CachedWorld(cache, references, cluster, NOW)
    live = LiveWorld(cluster, references, ("Toy",), NOW)
    partly = PartlyLiveWorld(live, cached, {"Toy"})
    assert cached.has("Sticker")
    cache.set_present("Sticker", False)
    assert [False, False, True] == [w.has("Sticker") for w in (cached, partly, live)]
    cache.set_present("Sticker", True)
    assert partly.has("Sticker")


async def test_absence_is_none() -> None:
    """In both worlds."""
    for world in await both():
        assert await world.get("Job", "ns", "nowhere") is None


async def test_faults_of_the_live_world_are_raised() -> None:
    """An outage is never taken for absence."""
    cluster = FakeCluster(faults={("get", "Job"): Unavailable("get", 503, "later")})
    with pytest.raises(Unavailable):
        await LiveWorld(cluster, References({}), (), NOW).get("Job", "ns", "a")


async def test_both_give_typed_objects() -> None:
    """What does not fit is said the same way; what is absent is None."""
    for world in await both():
        toy = await world.load(Toy, "ns", "a")
        assert toy is not None
        assert "a" == toy.metadata.name
        assert await world.load(Toy, "ns", "nowhere") is None
        with pytest.raises(Unreadable, match="Toy odd"):
            await world.load(Toy, "ns", "odd")


async def test_both_know_who_names_whom() -> None:
    """By the same index."""
    for world in await both():
        assert ["a"] == await world.referrers("Job", "ns", "ours", by="Toy")
