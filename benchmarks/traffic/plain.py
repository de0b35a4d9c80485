"""The same server behind a plain Deployment and Service: what does the cluster itself lose?

Its pods are made from the template of the version that serves, without an operator. Users ask it
at the same time, and its pods go when pods of the model go.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.traffic.callers import Question, Tally
from benchmarks.traffic.flows import Flows
from benchmarks.traffic.place import NAME, Place
from trainyard.model_deployments.traffic.mode import (
    GRPC,
    GRPC_PORT,
    SERVICE_PORT,
    SERVING_PORT,
)

PLAIN = "plain"
_LABELS = {"app": PLAIN}
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plain:
    """The Deployment beside the model, and what its users met."""

    place: Place
    tally: Tally = field(default_factory=Tally)

    async def delete_one(self) -> None:
        """One of its pods is told to go."""
        found = await self._kubectl("get", "pods", "-l", f"app={PLAIN}", "-o", "name")
        await self._kubectl("delete", found.split()[0], "--wait=false")

    async def scale(self, replicas: int) -> None:
        """So many pods are wanted."""
        await self._kubectl("scale", f"deployment/{PLAIN}", f"--replicas={replicas}")

    async def question(self) -> Question:
        """What its users ask: the same as those of the model."""
        words = ("get", "service", PLAIN, "-o", "jsonpath={.spec.clusterIP}")
        address = await self._kubectl(*words)
        asked = await asyncio.to_thread(self.place.question)
        return replace(
            asked,
            url=f"http://{address}/v2/models/{NAME}/infer",
            grpc_address=f"{address}:{GRPC_PORT}",
            flows=Flows(address),
        )

    async def _kubectl(self, *words: str) -> str:
        return await asyncio.to_thread(self.place.node.kubectl, *words)


@asynccontextmanager
async def a_plain_deployment(place: Place) -> AsyncIterator[Plain]:
    """It serves; what is left of it goes with the namespace."""
    revision = place.status()["stable"]["revision"]
    words = ("get", "deployments", "-l", f"trainyard.dev/revision={revision}", "-o", "json")
    (theirs,) = json.loads(place.node.kubectl(*words))["items"]
    for manifest in (deployment(theirs), service()):
        wanted = json.dumps(manifest)
        await asyncio.to_thread(place.node.kubectl, "apply", "-f", "-", stdin=wanted)
    ready = ("rollout", "status", f"deployment/{PLAIN}", "--timeout=600s")
    await asyncio.to_thread(place.node.kubectl, *ready)
    yield Plain(place)


def deployment(theirs: Raw) -> Raw:
    """Return a Deployment of its own with the same pods; no operator knows it."""
    template = theirs["spec"]["template"]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": PLAIN},
        "spec": {
            "replicas": theirs["spec"]["replicas"],
            "selector": {"matchLabels": _LABELS},
            "strategy": theirs["spec"]["strategy"],
            "template": {"metadata": {"labels": _LABELS}, "spec": template["spec"]},
        },
    }


def service() -> Raw:
    """Return the Service over its pods, with the ports that a model's has."""
    http = {"name": "http", "port": SERVICE_PORT, "targetPort": SERVING_PORT}
    grpc = {"name": GRPC, "port": GRPC_PORT, "targetPort": GRPC_PORT}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": PLAIN},
        "spec": {"selector": _LABELS, "ports": [http, grpc]},
    }
