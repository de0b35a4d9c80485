"""Plays the controllers of Deployments and Jobs, the scheduler and the kubelets."""

from __future__ import annotations

import asyncio
import copy
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from benchmarks.control_plane.kube_api import KubeApi, Raw, collection, path_of
from benchmarks.control_plane.network import Network
from benchmarks.control_plane.pod_status import now, serving, succeeded

_OURS = "labelSelector=app.kubernetes.io/managed-by%3Dtrainyard"
_AT_ONCE = 24
_GONE = {"gracePeriodSeconds": 0}
_COMPLETE = ("SuccessCriteriaMet", "Complete")

Place = tuple[str, str]
"""Namespace and name."""


@dataclass(slots=True)
class Workloads:
    """Every Deployment has its pods, which serve; every Job ends well."""

    api: KubeApi
    network: Network
    result: Callable[[Raw], str]
    """The termination message of a Job's pod."""
    _wanted: dict[Place, Raw | None] = field(default_factory=dict)
    """The newest version of each Deployment; None: it is gone."""
    _pods: defaultdict[Place, list[Raw]] = field(default_factory=lambda: defaultdict(list))
    _locks: defaultdict[Place, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )
    _done: set[str] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    @asynccontextmanager
    async def played(self) -> AsyncIterator[None]:
        """Play them until the end of the block."""
        watches = [
            asyncio.create_task(self._watch("Deployment", self._on_deployment)),
            asyncio.create_task(self._watch("Job", self._on_job)),
        ]
        try:
            yield
        finally:
            for task in (*watches, *self._tasks):
                task.cancel()
            await asyncio.gather(*watches, *self._tasks, return_exceptions=True)

    async def _watch(self, kind: str, seen: Callable[[str, Raw], None]) -> None:
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async for type_, raw in self.api.watch(f"{collection(kind)}?{_OURS}&watch=1"):
                    if type_ in {"ADDED", "MODIFIED", "DELETED"}:
                        seen(type_, raw)
            await asyncio.sleep(0.2)

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_deployment(self, type_: str, raw: Raw) -> None:
        place = raw["metadata"]["namespace"], raw["metadata"]["name"]
        known = self._wanted.get(place)
        self._wanted[place] = None if type_ == "DELETED" else raw
        if known is None or _generation(known) != _generation(raw) or type_ == "DELETED":
            self._start(self._scale(place))

    async def _scale(self, place: Place) -> None:
        async with self._locks[place], self._gate:
            raw = self._wanted[place]
            count = raw["spec"].get("replicas", 1) if raw else 0
            pods = self._pods[place]
            while len(pods) > count:
                await self._remove(pods.pop())
            while raw and len(pods) < count:
                pods.append(await self._make(raw))
            if raw:
                await self._report(raw, count)

    async def _make(self, owner: Raw) -> Raw:
        pod = pod_of(owner, owner["spec"]["template"], "ReplicaSet")
        return await self._serve(await self.api.ask("POST", _pods_of(owner), pod))

    async def _serve(self, pod: Raw) -> Raw:
        address = self.network.new_address()
        self.network.pod_serves(pod, address)
        status = {"status": serving(pod, address)}
        return await self.api.ask("PATCH", f"{path_of('Pod', pod)}/status", status)

    async def _remove(self, pod: Raw) -> None:
        self.network.pod_is_gone(pod)
        with suppress(aiohttp.ClientResponseError):
            await self.api.ask("DELETE", path_of("Pod", pod), _GONE)

    async def _report(self, raw: Raw, count: int) -> None:
        counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
        status = dict.fromkeys(counts, count) | {
            "observedGeneration": raw["metadata"]["generation"]
        }
        with suppress(aiohttp.ClientResponseError):  # it is gone meanwhile
            await self.api.ask("PATCH", f"{path_of('Deployment', raw)}/status", {"status": status})

    def _on_job(self, type_: str, raw: Raw) -> None:
        uid = raw["metadata"]["uid"]
        if type_ == "DELETED" or uid in self._done or (raw.get("status") or {}).get("conditions"):
            return
        self._done.add(uid)
        self._start(self._run(raw))

    async def _run(self, job: Raw) -> None:
        """The Job's pod runs and ends well, and so does the Job."""
        began = now()
        async with self._gate:
            template = copy.deepcopy(job["spec"]["template"])
            template["metadata"]["labels"]["batch.kubernetes.io/job-name"] = job["metadata"]["name"]
            pod = await self.api.ask("POST", _pods_of(job), pod_of(job, template, "Job"))
            ended = succeeded(pod, self.network.new_address(), self.result(pod))
            await self.api.ask("PATCH", f"{path_of('Pod', pod)}/status", {"status": ended})
            conditions = [
                {
                    "type": type_,
                    "status": "True",
                    "lastTransitionTime": now(),
                    "lastProbeTime": now(),
                }
                for type_ in _COMPLETE
            ]
            status = {"startTime": began, "completionTime": now(), "succeeded": 1}
            whole = {"status": status | {"conditions": conditions}}
            await self.api.ask("PATCH", f"{path_of('Job', job)}/status", whole)


def pod_of(owner: Raw, template: Raw, owner_kind: str) -> Raw:
    """A pod of this template, on a node that nobody needs to have."""
    metadata = owner["metadata"]
    reference = {
        "apiVersion": "batch/v1" if owner_kind == "Job" else "apps/v1",
        "kind": owner_kind,
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            **template["metadata"],
            "name": f"{metadata['name']}-{secrets.token_hex(3)}",
            "namespace": metadata["namespace"],
            "ownerReferences": [reference],
        },
        "spec": template["spec"] | {"nodeName": "played"},
    }


def _generation(raw: Raw) -> int:
    return int(raw["metadata"]["generation"])


def _pods_of(owner: Raw) -> str:
    return collection("Pod", owner["metadata"]["namespace"])
