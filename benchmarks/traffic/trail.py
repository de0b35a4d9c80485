"""What changed around the users, and when: the Service, what is behind it, and the pods; and when
the users themselves had no turn on a processor.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any

from cluster_access import kubeconfig, tool

from trainyard.model_deployments.traffic.carrier import GENERATION
from trainyard.ownership import REVISION, ROLE

KINDS = ("services", "endpointslices", "pods", "events")
_SLACK = 12.0
_LONGEST_LINE = 1 << 22
_READY = "Ready"
_TURN = 0.02
_NO_TURN = 0.25
"""Seconds by which a sleep may be late on a busy machine and still be told by nobody."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something became so."""

    at: float
    """Seconds since the epoch."""
    what: str


@dataclass(slots=True)
class Trail:
    """All changes so far; what is seen twice is noted once."""

    changes: list[Change] = field(default_factory=list)
    standstills: list[Change] = field(default_factory=list)
    """When this process, and with it every user, had no turn."""
    longest_standstill: float = 0.0
    """Seconds."""
    routers: dict[str, str] = field(default_factory=dict)
    """Addresses of the routers that are there, by name."""
    owners: dict[str, str] = field(default_factory=dict)
    """Whose an address is, or was."""
    _known: dict[str, str] = field(default_factory=dict)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, name: str, state: str) -> None:
        """The object is in this state now."""
        if self._known.get(name) == state:
            return
        self._known[name] = state
        self.changes.append(Change(time(), f"{name} {state}"))
        self._arrived.set()

    def around(self, at: float) -> Sequence[Change]:
        """Return what changed shortly before the moment, and just after."""
        near = [c for c in self.changes + self.standstills if at - _SLACK <= c.at <= at + 1]
        return sorted(near, key=lambda change: change.at)

    def note_turn(self, late: float) -> None:
        """A turn came so many seconds late."""
        self.longest_standstill = max(self.longest_standstill, late)
        if late > _NO_TURN:
            self.standstills.append(Change(time(), f"no turn for {late:.2f} s until now"))

    async def next_change(self) -> Change:
        """Wait for the next one."""
        self._arrived.clear()
        await self._arrived.wait()
        return self.changes[-1]


@asynccontextmanager
async def trail_of(namespace: str) -> AsyncIterator[Trail]:
    """Note what changes in the namespace until the end of the block."""
    found = Trail()
    watches = [_watch(found, namespace, kind) for kind in KINDS]
    tasks = [asyncio.create_task(each) for each in (*watches, _turns(found))]
    try:
        yield found
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _turns(trail: Trail) -> None:
    while True:
        began = monotonic()
        await asyncio.sleep(_TURN)
        trail.note_turn(monotonic() - began - _TURN)


async def _watch(trail: Trail, namespace: str, kind: str) -> None:
    words = ("-n", namespace, "get", kind, "--watch", "-o", "json", "--output-watch-events")
    while True:
        process = await asyncio.create_subprocess_exec(
            *(tool("kubectl"), "--kubeconfig", kubeconfig(), *words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LONGEST_LINE,
        )
        try:
            if process.stdout is not None:
                await read(trail, process.stdout)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def read(trail: Trail, told: asyncio.StreamReader) -> None:
    """Note the events that kubectl tells, one on each line."""
    async for line in told:
        _noted(trail, json.loads(line))


def _noted(trail: Trail, event: dict[str, Any]) -> None:
    raw, gone = event["object"], event["type"] == "DELETED"
    if raw["kind"] == "Event":
        if not gone:
            trail.note(*_told_by_kubelet(raw))
        return
    if raw["kind"] == "Pod":
        _addressed(trail, raw, gone)
    trail.note(f"{raw['kind']}/{raw['metadata']['name']}", "gone" if gone else state_of(raw))


def _told_by_kubelet(raw: dict[str, Any]) -> tuple[str, str]:
    about = raw["involvedObject"]
    said = f"{raw.get('reason')} {raw.get('message', '')[:160]}"
    return f"Event of {about['kind']}/{about['name']}", f"{said} ({raw.get('count') or 1})"


def _addressed(trail: Trail, raw: dict[str, Any], gone: bool) -> None:
    name, address = raw["metadata"]["name"], raw["status"].get("podIP")
    if address:
        trail.owners[address] = name
    trail.routers.pop(name, None)
    if address and not gone and raw["metadata"].get("labels", {}).get(ROLE) == "router":
        trail.routers[name] = address


def state_of(raw: dict[str, Any]) -> str:
    """Return what is told of the object."""
    told = {"Service": _service, "EndpointSlice": _slice, "Pod": _pod}[raw["kind"]]
    return " ".join(told(raw))


def _service(raw: dict[str, Any]) -> Iterator[str]:
    selector = raw["spec"].get("selector") or {}
    yield f"leads to {selector.get(ROLE) or selector.get(REVISION) or 'all'}"
    yield f"decision {raw['metadata'].get('annotations', {}).get(GENERATION, '-')}"


def _slice(raw: dict[str, Any]) -> Iterator[str]:
    yield ",".join(str(port["port"]) for port in raw.get("ports") or ())
    for endpoint in raw.get("endpoints") or ():
        says = {name for name, value in endpoint["conditions"].items() if value}
        yield f"{endpoint['targetRef']['name']}:{'+'.join(sorted(says)) or 'not ready'}"


def _pod(raw: dict[str, Any]) -> Iterator[str]:
    conditions = raw["status"].get("conditions", ())
    ready = any(c["type"] == _READY and c["status"] == "True" for c in conditions)
    yield raw["status"].get("podIP", "-")
    yield "ready" if ready else "not ready"
    if decision := raw["metadata"].get("annotations", {}).get(GENERATION):
        yield f"decision {decision}"
    if raw["metadata"].get("deletionTimestamp"):
        yield "terminating"
