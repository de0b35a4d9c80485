"""Whose turn it is when something changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from toys import toy_controller

from trainyard.ownership import MANAGED_BY, OWNER, OWNER_KIND
from trainyard.reconciling.cache import Cache, Scope
from trainyard.reconciling.queue import Key, WorkQueue
from trainyard.reconciling.wakeups import Wakeups

OURS = {MANAGED_BY: "trainyard", OWNER_KIND: "toy", OWNER: "a"}


def raw(name: str, version: int = 1, namespace: str = "ns", **labels: str) -> dict[str, Any]:
    """Return an object of any kind."""
    metadata = {"namespace": namespace, "name": name, "resourceVersion": str(version)}
    return {"metadata": {**metadata, "labels": labels}}


class Scene:
    """Toys that read Datasets, and a queue."""

    def __init__(self) -> None:
        row = replace(toy_controller(), reads=("Dataset",))
        self.cache = Cache()
        self.queue = WorkQueue(lambda: 0.0, lambda: 0.0)
        self.wakeups = Wakeups({"Toy": row}, self.cache, self.queue)

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


async def test_a_kind_that_is_read_wakes_its_readers_in_the_namespace() -> None:
    """References are by name inside one namespace."""
    scene = Scene()
    await scene.know("a", "b")
    await scene.know("c", namespace="elsewhere")
    scene.wakeups.on_event("Dataset", "ADDED", raw("tumours", 9))
    assert ["a", "b"] == await scene.woken()


async def test_a_namespace_wakes_everything_in_it() -> None:
    """A hold that is lifted lets them all go on."""
    scene = Scene()
    await scene.know("a", "b")
    await scene.know("c", namespace="elsewhere")
    scene.wakeups.on_event("Namespace", "MODIFIED", raw("ns", 9, namespace=""))
    assert ["a", "b"] == await scene.woken()


async def test_a_list_wakes_whom_the_vanished_concern() -> None:
    """A child that went while nobody watched is missed by its owner."""
    scene = Scene()
    await scene.know("a")
    scene.cache.put("Job", raw("child", 3, **OURS))
    await scene.woken()
    scene.wakeups.on_list(Scope("Job"), [], resource_version=9)
    assert ["a"] == await scene.woken()


async def test_the_backstop_wakes_all() -> None:
    """Whatever was missed is looked at again."""
    scene = Scene()
    await scene.know("a", "b")
    scene.wakeups.wake_all()
    assert ["a", "b"] == await scene.woken()


def test_a_key_is_kind_namespace_and_name() -> None:
    """So that logs and metrics can speak of it."""
    assert ("Toy", "ns", "a") == Key("Toy", "ns", "a")
