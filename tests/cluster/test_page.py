"""The page beside a real API server: what it shows, how soon, and what a bad line does to it.

Proves: trainyardpage/main.py, trainyardpage/watching.py
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from cluster.proxy import Fault, Proxy
from cluster.rig import eventually
from cluster_access import ROOT, kubeconfig
from free_port import free_port

from trainyard.clients.cluster import KubernetesCluster
from trainyard.clients.login import log_in
from trainyard.objects import ObjectRef

pytestmark = pytest.mark.cluster
A_MODEL = {
    "apiVersion": "trainyard.dev/v1alpha1",
    "kind": "ModelDeployment",
    "spec": {"model": {"trainingJob": {"name": "wine"}}},
}


@dataclass(frozen=True, slots=True)
class Place:
    """A namespace, the page of it, and the proxy before the API server that it asks."""

    cluster: KubernetesCluster
    namespace: str
    proxy: Proxy
    session: aiohttp.ClientSession

    async def page(self, path: str = "/") -> str:
        """Return what a browser gets."""
        async with self.session.get(path) as answer:
            return await answer.text()

    async def shows(self, *words: str) -> None:
        """Return once the page of all models has these words."""

        async def check() -> None:
            text = await self.page()
            assert all(word in text for word in words), text

        await eventually(check)

    async def declare(self, name: str) -> Any:
        """Make a ModelDeployment and return it."""
        metadata = {"namespace": self.namespace, "name": name}
        return await self.cluster.create({**A_MODEL, "metadata": metadata})


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """Give the place with the page ready; afterwards all of it is gone."""
    name, proxy, port = f"page-{secrets.token_hex(4)}", Proxy(Path(kubeconfig())), free_port()
    async with AsyncExitStack() as tidying:
        cluster = KubernetesCluster(await log_in({"KUBECONFIG": kubeconfig()}))
        tidying.push_async_callback(cluster.close)
        await cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        tidying.push_async_callback(cluster.delete, ObjectRef("Namespace", "", name))
        await proxy.start()
        tidying.push_async_callback(proxy.stop)
        environment = {key: value for key, value in os.environ.items() if "KUBE" not in key} | {
            "TRAINYARD_KUBECONFIG": str(proxy.write_kubeconfig(tmp_path / "kubeconfig")),
            "TRAINYARD_NAMESPACES": name,
            "TRAINYARD_PAGE_PORT": str(port),
        }
        await tidying.enter_async_context(_running(environment))
        session = await tidying.enter_async_context(
            aiohttp.ClientSession(f"http://127.0.0.1:{port}")
        )
        await eventually(lambda: _ready(session))
        yield Place(cluster, name, proxy, session)


@asynccontextmanager
async def _running(environment: Mapping[str, str]) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "trainyardpage", env=environment, cwd=ROOT
    )
    try:
        yield
        process.terminate()
        assert 0 == await process.wait()
    finally:
        if process.returncode is None:
            process.kill()


async def _ready(session: aiohttp.ClientSession) -> None:
    try:
        async with session.get("/readyz") as answer:
            assert 200 == answer.status, await answer.text()
    except aiohttp.ClientConnectionError as fault:
        raise AssertionError("it does not listen yet") from fault


async def test_what_people_and_the_operator_write_is_shown(place: Place) -> None:
    """A model that comes, its status, and its end; who listens is told each time."""
    async with place.session.get("/events") as events:
        await events.content.readuntil(b"\n\n")
        made = await place.declare("wine")
        assert b"event: change\n" == await events.content.readline()
        assert "wine" in await place.page()
    share = {"role": "stable", "revision": "wine-1111111111", "weightPercent": 100}
    await place.cluster.put_status(made, {"observedGeneration": 1, "traffic": [share]})
    await place.shows("100 % stable")
    text = await place.page(f"/models/{place.namespace}/wine")
    assert "wine-1111111111" in text
    await place.cluster.delete(ObjectRef("ModelDeployment", place.namespace, "wine"))
    await place.shows("There is no ModelDeployment here yet")


async def test_a_line_that_breaks_is_taken_up_again(place: Place) -> None:
    """Whether the watch ends or its version is too old: nothing that happened meanwhile is lost."""
    await place.declare("before")
    await place.shows("before")
    place.proxy.stale = True
    place.proxy.cut_watches()
    await place.declare("meanwhile")
    place.proxy.stale = False
    await place.shows("before", "meanwhile")


async def test_what_cannot_be_read_is_said_and_what_was_known_stays(place: Place) -> None:
    """Until it can be read again."""
    await place.declare("wine")
    await place.shows("wine")
    fault = Fault(403, path="/modeldeployments")
    place.proxy.faults.append(fault)
    place.proxy.stale = True
    place.proxy.cut_watches()
    await place.shows("Not current. ModelDeployment", "HTTP 403", "wine")
    place.proxy.faults.remove(fault)
    place.proxy.stale = False

    async def current() -> None:
        assert "Not current" not in await place.page()

    await eventually(current)


async def test_it_asks_for_nothing_but_lists_and_watches(place: Place) -> None:
    """So the rights of the chart are enough; and it never writes."""
    await place.declare("wine")
    await place.shows("wine")
    assert [] == place.proxy.writes()
    assert {"GET"} == {exchange.method for exchange in place.proxy.exchanges}
    ours = f"/apis/trainyard.dev/v1alpha1/namespaces/{place.namespace}/"
    kinds = {exchange.path.split("?")[0].removeprefix(ours) for exchange in place.proxy.exchanges}
    shown = {"datasets", "trainingjobs", "modelversions", "modeldeployments"}
    shown |= {"batchpredictions", "approvals"}
    assert shown == kinds
