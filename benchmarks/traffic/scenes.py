"""What happens to a model under load: each scene begins and ends at rest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.traffic.callers import Tally, Way
from benchmarks.traffic.disturbing import killed_after_each_change, routers_deleted
from benchmarks.traffic.paused_pods import pause
from benchmarks.traffic.place import CONNECTION_AGE, NAME, SPEC, Place
from benchmarks.traffic.plain import PLAIN, Plain

LOOKED_AT = 10_000
"""Requests by which the weight that users see is told."""
HELD_WEIGHT = 20
Raw = dict[str, Any]
_QUICK: Raw = SPEC["rollout"]
_HELD: Raw = {"steps": [{"weightPercent": HELD_WEIGHT, "minSeconds": 5, "pause": "Manual"}]}
_SWITCH: Raw = {"strategy": "BlueGreen", "steps": [{"minSeconds": 5}]}
_COPIES: Raw = {"strategy": "Shadow", "steps": [{"mirrorPercent": 100, "minSeconds": 10}]}
_AT_ONCE: Raw = {"strategy": "Immediate", "steps": None}
_FOLLOWED = CONNECTION_AGE * 1.1 + 3
"""Seconds after which no user is connected to where the Service led before."""
_PAUSED = 12.0
"""Seconds: users wait for longer, and nodes ask pods meanwhile whether they are ready."""
_BACK = 5.0


@dataclass(slots=True)
class Walk:
    """Scenes of one model, under the same load all the time."""

    place: Place
    tally: Tally
    weights: dict[str, float] = field(default_factory=dict)
    """Percent of the canary, as users saw it, by scene."""
    plain: Plain | None = None
    """What goes through the same without an operator; None: nothing."""

    def enter(self, scene: str) -> None:
        """From now on what users meet is of this scene."""
        self.tally.scene = scene
        if self.plain is not None:
            self.plain.tally.scene = scene

    async def release(self, rollout: Raw = _QUICK) -> str:
        """A new version has all requests, and what the release brought is gone."""
        await self.begin(rollout)
        return await self.place.promoted(self.letter)

    async def change(self, **spec: Any) -> None:
        """These fields of the spec are others now."""
        await asyncio.to_thread(self.place.node.change, NAME, **spec)

    async def ask(self, request: str) -> None:
        """A person asks for it."""
        await asyncio.to_thread(self.place.node.ask, NAME, request)

    async def kubectl(self, *words: str) -> str:
        """What kubectl prints; users go on meanwhile."""
        return await asyncio.to_thread(self.place.node.kubectl, *words)

    async def stable(self) -> str:
        """The revision that serves."""
        status = await asyncio.to_thread(self.place.status)
        return str(status["stable"]["revision"])

    async def begin(self, rollout: Raw = _QUICK, *, bad: bool = False) -> None:
        """A new version is there to be released."""
        await self.change(rollout={"strategy": "Canary", **_QUICK, **rollout})
        await asyncio.to_thread(self.place.release, bad=bad)

    @property
    def letter(self) -> str:
        """The newest version."""
        return f"v{self.place.released}"

    async def held(self) -> str:
        """Wait until the canary is held at its weight; its revision."""
        node = self.place.node
        await node.sees(NAME, lambda: node.reason(NAME, "Suspended") == "Paused")
        return str(node.status(NAME)["canary"]["revision"])

    async def resumed(self, revision: str) -> None:
        """The release goes on to its end."""
        await self.ask(f"resume@{revision}")
        await self.place.promoted(self.letter)


Scene = Callable[[Walk], Awaitable[None]]


async def canary(walk: Walk) -> None:
    """Steps to the promotion; while it is held users count who answers."""
    await walk.begin(_HELD)
    revision = await walk.held()
    await asyncio.sleep(_FOLLOWED)
    before, seen = dict(walk.tally.answered_by), 0
    scene = walk.tally.scene
    while seen < LOOKED_AT:
        await asyncio.sleep(1)
        since = {k: n - before.get(k, 0) for k, n in walk.tally.answered_by.items()}
        seen = sum(since.values())
    theirs = sum(n for (_, _, by), n in since.items() if by == revision)
    walk.weights[scene] = 100 * theirs / seen
    await walk.resumed(revision)


async def plain_canary(walk: Walk) -> None:
    """5 %, 50 %, 100 %."""
    await walk.release()


async def blue_green(walk: Walk) -> None:
    """One switch, and the old pods go."""
    await walk.release(_SWITCH)


async def shadow(walk: Walk) -> None:
    """Copies alone, and one switch when a person says so."""
    await walk.begin(_COPIES)
    revision = await walk.held()
    await walk.ask(f"promote@{revision}")
    await walk.place.promoted(walk.letter)


async def immediate(walk: Walk) -> None:
    """One switch, as soon as pods are ready."""
    await walk.release(_AT_ONCE)


async def undo(walk: Walk) -> None:
    """The old pods are warm: the version before is back at once."""
    await walk.begin({"scaleDownDelaySeconds": 120})
    await walk.place.stage.alone(NAME, walk.letter)
    revision = await walk.stable()
    await asyncio.sleep(3)
    await walk.ask(f"undo@{revision}")
    await walk.place.node.sees(NAME, lambda: walk.place.status()["stable"]["revision"] != revision)
    await walk.change(rollout={"scaleDownDelaySeconds": 5})
    await walk.place.at_rest()


async def bad_version(walk: Walk) -> None:
    """It refuses what it is asked, and is taken back."""
    before, refused = await walk.stable(), _quarantined(walk)
    await walk.begin(bad=True)
    node = walk.place.node
    await node.sees(NAME, lambda: _quarantined(walk) - refused)
    await walk.place.at_rest()
    if before != await walk.stable():
        raise RuntimeError("the bad version was promoted")


def _quarantined(walk: Walk) -> set[str]:
    """Versions that are not released again; whoever went back by `undo` left one."""
    return {str(entry["bundleDigest"]) for entry in walk.place.status().get("quarantine") or ()}


async def scaled(walk: Walk) -> None:
    """More servers, fewer, and as many as before."""
    for replicas in (3, 1, 2):
        await walk.change(replicas=replicas)
        if walk.plain is not None:
            await walk.plain.scale(replicas)
        await asyncio.sleep(12)
    await walk.place.at_rest()


async def pods_deleted(walk: Walk) -> None:
    """One server at rest, and one of each version in a release."""
    revision = await walk.stable()
    await _delete_one(walk, revision)
    await walk.begin(_HELD)
    canary = await walk.held()
    for one in (revision, canary):
        await _delete_one(walk, one)
    await walk.resumed(canary)


async def _delete_one(walk: Walk, revision: str) -> None:
    selected = ("pods", "-l", f"trainyard.dev/revision={revision}", "-o", "name")
    found = await walk.kubectl("get", *selected)
    if walk.plain is not None:
        await walk.plain.delete_one()
    await walk.kubectl("delete", found.split()[0], "--wait=false")
    await asyncio.sleep(14)


async def pausing_pods(walk: Walk) -> None:
    """Every server at rest, and every server and router in a release, does nothing for a while."""
    await _pause(walk)
    await walk.begin(_HELD)
    canary = await walk.held()
    await _pause(walk)
    await walk.resumed(canary)


async def _pause(walk: Walk) -> None:
    selected = f"app={PLAIN}", f"trainyard.dev/owner={NAME}"
    named = ("-o", "jsonpath={.items[*].metadata.name}")
    found = [(await walk.kubectl("get", "pods", "-l", one, *named)).split() for one in selected]
    await pause([pod for pods in found for pod in pods], _PAUSED)
    await asyncio.sleep(_BACK)


async def routers_restarted(walk: Walk) -> None:
    """In a release, all of them, one after the other."""
    await walk.begin(_HELD)
    revision = await walk.held()
    router = f"deployment/{NAME}-router"
    await walk.kubectl("rollout", "restart", router)
    await walk.kubectl("rollout", "status", router, "--timeout=600s")
    await asyncio.sleep(12)
    await walk.resumed(revision)


async def routers_deleted_at_each_change(walk: Walk) -> None:
    """A release in which one of two routers goes whenever something has changed."""
    async with routers_deleted(walk.place) as gone:
        await walk.begin()
        await walk.place.stage.alone(NAME, walk.letter)
    if not gone:
        raise RuntimeError("no router was deleted, so nothing was tried")
    await walk.place.at_rest()


async def operator_killed(walk: Walk) -> None:
    """It ends by kill -9 in a step, and two seconds without one."""
    await walk.begin(_HELD)
    revision = await walk.held()
    await walk.place.node.kill()
    await asyncio.sleep(2)
    await walk.place.node.start()
    await walk.resumed(revision)


async def operator_killed_after_each_change(walk: Walk) -> None:
    """A release in which the operator ends after every single write, until all is at rest."""
    async with killed_after_each_change(walk.place) as proxy:
        await walk.release()
    if not proxy.lives:
        raise RuntimeError("the operator was never killed, so nothing was tried")


async def modes_at_rest(walk: Walk) -> None:
    """Routers at all times, then again only in releases; pods of one Service, and back."""
    for traffic in (
        {"router": "Always"},
        {"router": "Releasing"},
        {"mode": "Replicas"},
        {"mode": "Router"},
    ):
        await walk.change(traffic=traffic)
        await asyncio.sleep(_FOLLOWED)
    await walk.place.at_rest()


async def modes_in_a_release(walk: Walk) -> None:
    """The same, while the canary has a part of the requests."""
    await walk.begin(_HELD)
    revision = await walk.held()
    for router in ("Always", "Releasing"):
        await walk.change(traffic={"router": router})
        await asyncio.sleep(8)
    await walk.resumed(revision)


SCENES: dict[str, Scene] = {
    "canary": canary,
    "canary, 5 and 50 %": plain_canary,
    "undo": undo,
    "blue-green": blue_green,
    "shadow": shadow,
    "immediate": immediate,
    "bad version": bad_version,
    "scaled up and down": scaled,
    "pods deleted": pods_deleted,
    "paused pods": pausing_pods,
    "routers restarted": routers_restarted,
    "routers deleted at each change": routers_deleted_at_each_change,
    "operator killed": operator_killed,
    "operator killed after each change": operator_killed_after_each_change,
    "modes at rest": modes_at_rest,
    "modes in a release": modes_in_a_release,
}
SWITCHES = ("canary, 5 and 50 %", "undo", "blue-green", "modes at rest")
"""The short form: every change of the Service once."""
WAYS = tuple(Way)
