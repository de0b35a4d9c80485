"""What the page knows is what it was told last."""

from __future__ import annotations

import asyncio

import pytest
from a_namespace import Raw, ours

from trainyardctl.names import object_name
from trainyardpage.trail import NOTHING
from trainyardpage.world import SHOWN, World


def there(namespace: str, name: str, **metadata: object) -> Raw:
    """Return a ModelDeployment."""
    raw = ours("ModelDeployment", name, {}, {})
    raw["metadata"] |= {"namespace": namespace, **metadata}
    return raw


def names(world: World) -> list[str]:
    """Return the deployments as namespace/name."""
    found = (raw["metadata"] for raw in world.of("ModelDeployment"))
    return [f"{m['namespace']}/{m['name']}" for m in found]


def test_events_change_what_was_listed() -> None:
    """What comes is put in its place, what goes is gone."""
    world = World()
    world.replace("ModelDeployment", "", [there("b", "x"), there("a", "y")])
    world.put("ModelDeployment", there("a", "z"))
    world.remove("ModelDeployment", there("b", "x"))
    world.remove("ModelDeployment", there("b", "nobody"))
    assert ["a/y", "a/z"] == names(world)
    snapshot = world.snapshot("a")
    assert ("mdep/y", "mdep/z") == snapshot.names()
    assert snapshot.find(object_name("z")) is not None


def test_a_new_list_replaces_its_own_namespace_alone() -> None:
    """Each namespace is listed for itself where they are named."""
    world = World()
    world.replace("ModelDeployment", "a", [there("a", "x"), there("a", "y")])
    world.replace("ModelDeployment", "b", [there("b", "x")])
    world.replace("ModelDeployment", "a", [there("a", "y")])
    assert ["a/y", "b/x"] == names(world)


def test_what_only_api_servers_read_is_not_kept() -> None:
    """It is as large as the rest."""
    world = World()
    world.put("ModelDeployment", there("a", "x", managedFields=[{"manager": "kubectl"}]))
    assert "managedFields" not in world.of("ModelDeployment")[0]["metadata"]


def test_it_is_known_when_everything_was_read_once() -> None:
    """In each scope."""
    world, scopes = World(), ("a", "b")
    assert SHOWN == world.unheard(scopes)
    for kind in SHOWN:
        world.replace(kind, "a", [])
    world.replace("Dataset", "b", [])
    assert "Dataset" not in world.unheard(scopes)
    assert "TrainingJob" in world.unheard(scopes)


def test_a_fault_is_told_until_the_kind_is_read_again() -> None:
    """What was known stays."""
    world = World()
    world.put("ModelDeployment", there("a", "x"))
    world.fail("ModelDeployment", "", "HTTP 403")
    assert ("ModelDeployment: HTTP 403",) == tuple(world.faults)
    assert ["a/x"] == names(world)
    told = world.generation
    world.fail("ModelDeployment", "", "HTTP 403")
    assert told == world.generation, "the same fault again is no change"
    world.replace("ModelDeployment", "", [])
    assert () == tuple(world.faults)


def test_a_release_leaves_a_trail_while_its_model_is_there() -> None:
    """Also where everything is listed again."""
    world = World()

    def looked(until: str) -> Raw:
        raw = there("a", "x")
        raw["status"]["rollout"] = {"id": "x-1", "observedUntil": until}
        return raw

    world.replace("ModelDeployment", "", [looked("2026-05-05T10:00:00Z")])
    world.put("ModelDeployment", looked("2026-05-05T10:00:15Z"))
    world.replace("ModelDeployment", "", [looked("2026-05-05T10:00:30Z")])
    assert 3 == len(world.trail("a", "x").looks)
    world.remove("ModelDeployment", there("a", "x"))
    assert NOTHING == world.trail("a", "x")


async def test_who_waits_hears_of_a_change() -> None:
    """At once where it was before; several waiters hear the same."""
    world = World()
    assert 0 == world.generation
    waiting = [asyncio.create_task(world.after(0)) for _ in range(2)]
    await asyncio.sleep(0)
    world.put("ModelDeployment", there("a", "x"))
    assert [1, 1] == await asyncio.gather(*waiting)
    assert 1 == await world.after(0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await world.after(1)
