"""A node without a kubelet: the test plays its pods, so that a flow takes seconds.

API server, scheduler and controllers are the real ones and see what a kubelet would tell them.
Pods are steered here by nodeSelector and toleration; their addresses belong to this machine.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import os
import secrets
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from cluster.proxy import upstream

NETWORK = f"198.{18 + os.getpid() // 256 % 2}.{os.getpid() % 256}"
"""Reserved for measurements (RFC 2544): nothing real has these addresses. Each process of the
tests has its own, so that none takes or ends those of another one."""
LOG = logging.getLogger(__name__)
TAINT = "tests.trainyard.dev/scripted"
HEARTBEAT_SECONDS = 8
MERGE = {"Content-Type": "application/merge-patch+json"}

Raw = dict[str, Any]


@contextmanager
def local_network() -> Iterator[None]:
    """Make this machine answer for all addresses of NETWORK; needs root."""
    route = ("local", f"{NETWORK}.0/24", "dev", "lo")
    subprocess.run(["ip", "route", "replace", *route], check=True)
    try:
        yield
    finally:
        subprocess.run(["ip", "route", "del", *route], check=False)


@dataclass(slots=True)
class Api:
    """Plain requests to the API server, as a kubelet makes them."""

    session: aiohttp.ClientSession
    server: str

    async def ask(self, method: str, path: str, body: Any = None) -> Raw:
        """Return the answer; raises for every status from 400 on."""
        headers = MERGE if method == "PATCH" else {}
        async with self.session.request(
            method, f"{self.server}{path}", json=body, headers=headers, raise_for_status=True
        ) as answer:
            found: Raw = await answer.json()
            return found

    async def watch(self, path: str) -> AsyncIterator[tuple[str, Raw]]:
        """Yield type and object of what is there and of every change, until the server ends it."""
        url = f"{self.server}{path}&watch=1"
        timeout = aiohttp.ClientTimeout(total=None)
        async with self.session.get(url, timeout=timeout) as answer:
            async for line in answer.content:
                event = json.loads(line)
                yield event["type"], event["object"]


@asynccontextmanager
async def api_of(kubeconfig: str) -> AsyncIterator[Api]:
    """Give access to the cluster of a kubeconfig."""
    server, tls = upstream(Path(kubeconfig))
    connector = aiohttp.TCPConnector(ssl=tls)
    async with aiohttp.ClientSession(connector=connector, read_bufsize=2**22) as session:
        yield Api(session, server)


@dataclass(slots=True)
class ScriptedNode:
    """Plays every pod that the scheduler puts on it."""

    api: Api
    result: Callable[[Raw], str]
    """Termination message of the last container of a Job's pod."""
    starting: Callable[[Raw, str], Awaitable[None]]
    """Awaited with a pod that serves and its address, before it is ready."""
    stopping: Callable[[Raw], Awaitable[None]]
    """Awaited when such a pod goes."""
    name: str = field(default_factory=lambda: f"scripted-{secrets.token_hex(3)}")
    _hosts: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _played: set[tuple[str, str]] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def pod_settings(self) -> Raw:
        """Return what steers pods of our kinds here."""
        toleration = {"key": TAINT, "operator": "Exists"}
        selector = {"kubernetes.io/hostname": self.name}
        return {"nodeSelector": selector, "tolerations": [toleration]}

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Register the node and play its pods; afterwards it is gone, and with it its pods."""
        node = {
            "metadata": {"name": self.name, "labels": {"kubernetes.io/hostname": self.name}},
            "spec": {"taints": [{"key": TAINT, "effect": "NoSchedule"}]},
        }
        await self.api.ask("POST", "/api/v1/nodes", {"apiVersion": "v1", "kind": "Node"} | node)
        await self._beat()
        tasks = [asyncio.create_task(self._keep_alive()), asyncio.create_task(self._look())]
        try:
            yield
        finally:
            for task in (*tasks, *self._tasks):
                task.cancel()
            await self.api.ask("DELETE", f"/api/v1/nodes/{self.name}")

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            with suppress(aiohttp.ClientError, TimeoutError):
                await self._beat()

    async def _beat(self) -> None:
        now = _now()
        ready = {"type": "Ready", "status": "True", "reason": "Scripted", "message": "by a test"}
        room = {"cpu": "64", "memory": "256Gi", "pods": "500", "ephemeral-storage": "1Ti"}
        status = {
            "conditions": [ready | {"lastHeartbeatTime": now, "lastTransitionTime": now}],
            "capacity": room,
            "allocatable": room,
        }
        await self.api.ask("PATCH", f"/api/v1/nodes/{self.name}/status", {"status": status})

    async def _look(self) -> None:
        while True:
            pods = f"/api/v1/pods?fieldSelector=spec.nodeName={self.name}"
            with suppress(aiohttp.ClientError, TimeoutError):
                async for type_, pod in self.api.watch(pods):
                    self._on_pod(type_, pod)

    def _on_pod(self, type_: str, pod: Raw) -> None:
        going = bool(pod["metadata"].get("deletionTimestamp"))
        turn = ("end" if going else "begin", pod["metadata"]["uid"])
        if type_ == "DELETED" or turn in self._played:
            return
        self._played.add(turn)
        task = asyncio.create_task(self._end(pod) if going else self._begin(pod))
        self._tasks.add(task)
        task.add_done_callback(self._played_to_the_end)

    def _played_to_the_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            LOG.error("a pod could not be played", exc_info=task.exception())

    async def _begin(self, pod: Raw) -> None:
        owners: Sequence[Raw] = pod["metadata"].get("ownerReferences") or ({},)
        job = owners[0].get("kind") == "Job"
        address = f"{NETWORK}.{next(self._hosts) % 250 + 1}"
        if not job:
            await self.starting(pod, address)
        await self._tell(pod, _status(pod, "Running", address))
        if job:
            await asyncio.sleep(0.3)
            await self._tell(pod, _status(pod, "Succeeded", address, self.result(pod)))

    async def _end(self, pod: Raw) -> None:
        await self.stopping(pod)
        options = {"gracePeriodSeconds": 0, "preconditions": {"uid": pod["metadata"]["uid"]}}
        with suppress(aiohttp.ClientResponseError):  # somebody else was faster
            await self.api.ask("DELETE", path_of(pod), options)

    async def _tell(self, pod: Raw, status: Raw) -> None:
        with suppress(aiohttp.ClientResponseError):  # it was deleted meanwhile
            await self.api.ask("PATCH", f"{path_of(pod)}/status", {"status": status})


def path_of(pod: Raw) -> str:
    """Return the path of the pod."""
    metadata = pod["metadata"]
    return f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"


def _status(pod: Raw, phase: str, address: str, message: str = "") -> Raw:
    over, now = phase == "Succeeded", _now()
    serves = "False" if over else "True"
    conditions = [
        {"type": type_, "status": status, "lastTransitionTime": now}
        for type_, status in (
            *(("PodScheduled", "True"), ("Initialized", "True")),
            *(("ContainersReady", serves), ("Ready", serves)),
        )
    ]
    spec = pod["spec"]
    last = spec["containers"][-1]
    return {
        "phase": phase,
        "conditions": conditions,
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": now,
        "initContainerStatuses": [_container(c, "") for c in spec.get("initContainers") or ()],
        "containerStatuses": [
            _container(c, message if c is last else "", over=over) for c in spec["containers"]
        ],
    }


def _container(container: Raw, message: str, *, over: bool = True) -> Raw:
    ended = {"exitCode": 0, "reason": "Completed", "message": message, "startedAt": _now()}
    running = {"startedAt": _now()}
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": f"scripted/{container['image']}",
        "ready": not over,
        "restartCount": 0,
        "state": {"terminated": ended | {"finishedAt": _now()}} if over else {"running": running},
    }


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
