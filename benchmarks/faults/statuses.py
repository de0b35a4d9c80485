"""Which statuses do the objects of all lives have now? Watched once, instead of asked by each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp

from benchmarks.control_plane.kube_api import KubeApi, Raw, collection

KINDS = ("Dataset", "TrainingJob", "ModelDeployment")
_AGAIN_SECONDS = 0.2


@dataclass(slots=True)
class Statuses:
    """The newest status of the object of each kind in each namespace: a life has one of each."""

    api: KubeApi
    changed: Callable[[str, Raw], None]
    """Called with kind and object, for every version of it."""
    _known: dict[tuple[str, str], Raw] = field(default_factory=dict)

    def of(self, kind: str, namespace: str) -> Raw:
        """The status; empty while nothing is known."""
        return self._known.get((kind, namespace), {})

    def forget(self, namespace: str) -> None:
        """The life is over."""
        for kind in KINDS:
            self._known.pop((kind, namespace), None)

    async def watch(self) -> None:
        """Look at every change, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for kind in KINDS:
                tasks.create_task(self._watch(kind))

    async def _watch(self, kind: str) -> None:
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async for type_, raw in self.api.watch(f"{collection(kind)}?watch=1"):
                    if type_ in {"ADDED", "MODIFIED"}:
                        self._known[kind, raw["metadata"]["namespace"]] = raw.get("status") or {}
                        self.changed(kind, raw)
            await asyncio.sleep(_AGAIN_SECONDS)
