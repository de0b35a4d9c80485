"""Every state that objects of a namespace pass through, however short it is."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from cluster_access import PATIENCE, kubeconfig, told, tool

Status = dict[str, Any]
LONGEST_LINE = 1 << 22
LOOKED_EACH = 0.1


@dataclass(slots=True)
class Sightings:
    """What a watch has told of each object, and how far the test has read."""

    namespace: str
    kind: str = "modeldeployments"
    part: str = "status"
    seen: defaultdict[str, list[Status]] = field(default_factory=lambda: defaultdict(list))
    read: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def passes(self, name: str, is_so: Callable[[Status], object]) -> None:
        """Wait for a status in which it is so, later than the one that was waited for before."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while True:
            for status in self.seen[name][self.read[name] :]:
                self.read[name] += 1
                if is_so(status):
                    return
            if loop.time() > end:
                said = await asyncio.to_thread(told, self.namespace)
                raise AssertionError(f"never: {name}, last {self.seen[name][-1:]}\n{said}")
            await asyncio.sleep(LOOKED_EACH)

    async def watch(self) -> None:
        """Take down what the API server tells, until cancelled; a watch that ends is renewed."""
        line = f"jsonpath={{.metadata.name}} {{.{self.part}}}{{'\\n'}}"
        words = ("-n", self.namespace, "get", self.kind, "--watch", "-o", line)
        while True:
            process = await asyncio.create_subprocess_exec(
                *(tool("kubectl"), "--kubeconfig", kubeconfig(), *words),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=LONGEST_LINE,
            )
            assert process.stdout
            try:
                async for raw in process.stdout:
                    name, _, part = raw.decode().rstrip("\n").partition(" ")
                    self.seen[name].append(json.loads(part or "{}"))
            finally:
                if process.returncode is None:
                    process.kill()
                await process.wait()
            await asyncio.sleep(LOOKED_EACH)


@asynccontextmanager
async def sightings(
    namespace: str, kind: str = "modeldeployments", part: str = "status"
) -> AsyncIterator[Sightings]:
    """Give this part of each object of the kind in the namespace, from now on."""
    found = Sightings(namespace, kind, part)
    watching = asyncio.create_task(found.watch())
    try:
        yield found
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
