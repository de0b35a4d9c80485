"""Whose turn it is when something changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from toys import toy_controller

from trainyard.objects import Name, RawObject
from trainyard.ownership import MANAGED_BY, OWNER, OWNER_KIND, REQUEST
from trainyard.reconciling.cache import Cache, Scope
from trainyard.reconciling.controller import Reads
from trainyard.reconciling.queue import Key, WorkQueue
from trainyard.reconciling.references import Named, References
from trainyard.reconciling.wakeups import Wakeups

OURS = {MANAGED_BY: "trainyard", OWNER_KIND: "toy", OWNER: "a"}


def raw(name: str, version: int = 1, namespace: str = "ns", **labels: str) -> dict[str, Any]:
    """Return an object of any kind."""
    metadata = {"namespace": namespace, "name": name, "resourceVersion": str(version)}
    return {"metadata": {**metadata, "labels": labels}}


def named(toy: RawObject) -> list[Named]:
    """Return the Dataset that a toy names by a label."""
    return [("Dataset", toy["metadata"]["labels"].get("data", ""))]


def readers(references: References, name: Name) -> set[str]:
    """Return the toys that name the Dataset."""
    return references.referrers("Dataset", name, by="Toy")


class Scene:
    """Toys that read Datasets, and a queue."""

    def __init__(self) -> None:
        reads = Reads("Dataset", readers, view=lambda raw: raw.get("status"))
        row = replace(toy_controller(), reads=(reads,), names=named)
        self.cache = Cache()
        self.queue = WorkQueue(lambda: 0.0, lambda: 0.0)
        references = References({"Toy": named})
        self.wakeups = Wakeups({"toys": row}, self.cache, references, self.queue)

    async def know(self, *names: str, namespace: str = "ns") -> None:
        """Have the cache hold these toys, and nobody waiting."""
        for number, name in enumerate(names):
            self.cache.put("Toy", raw(name, number + 1, namespace))
        await self.woken()

    async def woken(self) -> list[str]:
        """Return, and take, the names of the toys that wait."""
        found = []
        try:
            while True:
                async with asyncio.timeout(0.01):
                    found.append(await self.queue.take())
        except TimeoutError:
            for key in found:
                self.queue.done(key)
            return sorted(key.name for key in found)


async def test_an_event_wakes_its_own_object() -> None:
    """New, changed and deleted alike."""
    scene = Scene()
    scene.wakeups.on_event("Toy", None, raw("a", 1))
    assert ["a"] == await scene.woken()
    scene.wakeups.on_event("Toy", "DELETED", raw("a", 2))
    assert ["a"] == await scene.woken()


async def test_old_news_wakes_nobody() -> None:
    """The watch repeats what the answer to our own write said already."""
    scene = Scene()
    await scene.know("a")
    scene.wakeups.on_event("Toy", "MODIFIED", raw("a", 1))
    assert [] == await scene.woken()


@pytest.mark.parametrize(
    ("kind", "labels", "woken"),
    [
        pytest.param("Job", OURS, ["a"], id="a child wakes its owner"),
        pytest.param("Pod", OURS, [], id="a kind that is no child of the owner does not"),
        pytest.param("Job", {**OURS, OWNER_KIND: "cat"}, [], id="an unknown owner kind does not"),
        pytest.param("Job", {OWNER_KIND: "toy", OWNER: "a"}, [], id="what is not ours does not"),
    ],
)
async def test_children_are_found_by_label(
    kind: str, labels: dict[str, str], woken: list[str]
) -> None:
    """A label can at worst wake somebody; ownership is decided by uid elsewhere."""
    scene = Scene()
    scene.wakeups.on_event(kind, "ADDED", raw("child", 5, **labels))
    assert woken == await scene.woken()


def dataset(version: int, status: str = "") -> dict[str, Any]:
    """Return a Dataset."""
    return raw("tumours", version) | {"status": status}


@pytest.fixture
async def reading() -> Scene:
    """Give a toy that reads the Dataset `tumours`, one that reads another, and nobody waiting."""
    scene = Scene()
    scene.cache.put("Toy", raw("reader", 1, data="tumours"))
    scene.cache.put("Toy", raw("other", 2, data="loans"))
    scene.cache.put("Toy", raw("far", 3, "elsewhere", data="tumours"))
    scene.cache.put("Dataset", dataset(4))
    await scene.woken()
    return scene


async def test_what_is_read_wakes_those_who_name_it(reading: Scene) -> None:
    """References are by name inside one namespace."""
    reading.wakeups.on_event("Dataset", "MODIFIED", dataset(9, "new rows"))
    assert ["reader"] == await reading.woken()
    reading.wakeups.on_event("Dataset", "DELETED", dataset(10, "new rows"))
    assert ["reader"] == await reading.woken()


async def test_what_nobody_looks_at_wakes_nobody(reading: Scene) -> None:
    """Most of what changes is no concern of others."""
    reading.wakeups.on_event("Dataset", "MODIFIED", dataset(9) | {"spec": "else"})
    assert [] == await reading.woken()


async def test_both_the_old_and_the_new_reader_are_woken() -> None:
    """One lost what it read, the other found it."""
    scene = Scene()
    flip = replace(toy_controller(), name="flips", reads=(Reads("Toy", flipped),), names=named)
    references = References({"Toy": named})
    wakeups = Wakeups({"flips": flip}, scene.cache, references, scene.queue)
    wakeups.on_event("Toy", None, raw("a", 1, data="old"))
    await scene.woken()
    wakeups.on_event("Toy", "MODIFIED", raw("a", 2, data="new"))
    assert ["a", "new", "old"] == await scene.woken()


def flipped(references: References, name: Name) -> set[str]:
    """Return what the toy names."""
    return references.named("Toy", name, "Dataset")


async def test_a_namespace_that_is_held_or_let_go_wakes_everything_in_it() -> None:
    """Each object says so, and goes on afterwards."""
    scene = Scene()
    await scene.know("a", "b")
    await scene.know("c", namespace="elsewhere")
    held = raw("ns", 9, namespace="")
    held["metadata"]["annotations"] = {REQUEST: "pause@all"}
    scene.wakeups.on_event("Namespace", "MODIFIED", held)
    assert ["a", "b"] == await scene.woken()
    scene.wakeups.on_event("Namespace", "MODIFIED", raw("ns", 10, namespace=""))
    assert ["a", "b"] == await scene.woken()


async def test_other_changes_of_a_namespace_wake_nobody() -> None:
    """Its labels are no concern of ours."""
    scene = Scene()
    await scene.know("a")
    scene.wakeups.on_event("Namespace", "MODIFIED", raw("ns", 9, namespace="", team="a"))
    assert [] == await scene.woken()


async def test_a_list_wakes_whom_the_vanished_concern() -> None:
    """A child that went while nobody watched is missed by its owner."""
    scene = Scene()
    await scene.know("a")
    scene.cache.put("Job", raw("child", 3, **OURS))
    await scene.woken()
    scene.wakeups.on_listed(Scope("Job"), [], resource_version=9)
    assert ["a"] == await scene.woken()


async def test_everything_that_is_looked_after_has_a_key() -> None:
    """By that it is looked at again, whatever was missed."""
    scene = Scene()
    await scene.know("a", "b")
    assert [Key("toys", "ns", "a"), Key("toys", "ns", "b")] == list(scene.wakeups.keys())
    scene.wakeups.wake(Key("toys", "ns", "b"))
    assert ["b"] == await scene.woken()


async def test_a_page_of_a_list_says_whom_it_named() -> None:
    """And wakes whom its news concern."""
    scene = Scene()
    assert [("ns", "a")] == list(scene.wakeups.on_page("Toy", [raw("a")]))
    assert ["a"] == await scene.woken()
