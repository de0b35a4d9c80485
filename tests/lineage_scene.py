"""An object whose runs are told by OpenLineage over HTTP, and who takes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

import aiohttp
from builders_training import an_installation
from training_world import TrainingWorld
from webhook_receivers import HttpReceiver, http_receiver

from trainyard.clients.mlflow import HttpMlflow
from trainyard.clients.openlineage import HttpOpenLineage
from trainyard.clients.trackers import Trackers
from trainyard.outbox import Outbox
from trainyard.tracking_servers import TrackingServers

WorldT = TypeVar("WorldT", bound=TrainingWorld)
KNOWN = TrackingServers.model_validate({"team": {}})
TOLD = {"openlineage": {"server": "team"}}
"""What the spec says under `tracking`."""
LOOKS = 400


class LineageScene(Generic[WorldT]):
    """A world, the object in it that is told of, and the server."""

    def __init__(
        self,
        world: WorldT,
        told: tuple[str, str],
        receiver: HttpReceiver,
        session: aiohttp.ClientSession,
        path: Path,
    ) -> None:
        (path / "team").write_text(receiver.url)
        self.receiver = receiver
        self.world = world
        self.told = told
        world.installation = an_installation(mlflow_servers=KNOWN, openlineage_servers=KNOWN)
        lineage = HttpOpenLineage(session, path, lambda: world.now)
        trackers = Trackers(HttpMlflow(session, path / "none"), lineage)
        world.tracking = Outbox(trackers.record, lambda: world.now)

    @property
    def state(self) -> dict[str, Any]:
        """Return what the status says."""
        found: dict[str, Any] = self.world.status(*self.told).get("lineage", {})
        return found

    async def arrived(self) -> None:
        """Pass after pass, until the server has everything."""
        for _ in range(LOOKS):
            self.world.settle()
            if self.state.get("number") == self.state.get("delivered"):
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"not everything arrived: {self.state}")

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """Return the events of runs in their order."""
        return [body for _, body in self.receiver.requests if "eventType" in body]

    def events(self) -> list[tuple[str, str]]:
        """Return their types and jobs."""
        return [(body["eventType"], body["job"]["name"]) for body in self.bodies]


@asynccontextmanager
async def lineage_scene(
    world: WorldT, told: tuple[str, str], path: Path
) -> AsyncIterator[LineageScene[WorldT]]:
    """The server is there."""
    async with http_receiver() as receiver, aiohttp.ClientSession() as session:
        yield LineageScene(world, told, receiver, session, path)


def names(found: list[dict[str, Any]]) -> list[str]:
    """Return namespaces and names of what an event reads or gives."""
    return [f"{each['namespace']} {each['name']}" for each in found]
