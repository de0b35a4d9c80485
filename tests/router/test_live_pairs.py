"""Copies made by a real Envoy, and what two real model servers tell of both their answers.

Proves: operator/trainyard/api/v1alpha1/answer_pairs.py, operator/trainyard/clients/answer_pages.py
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import aiohttp
import numpy as np
import pytest
import serving_bundles as bundles
from envoy_process import Envoy, Pod, envoy_running
from free_port import free_port
from routings import NEW, OLD, routing
from serving_process import MODEL, Client, Reply, environment, running

from modelbundle.example import request_inputs
from modelbundle.rows import Rows
from trainyard.clients.answer_pages import HttpAnswerPages, PageUnread
from trainyard.model_deployments.analysis.answer_pairs import Page, PairReading, page_in, with_pairs
from trainyard.model_deployments.traffic.mode import Routing

ROWS = 120
INFER = f"/v2/models/{MODEL}/infer"


@dataclass(frozen=True, slots=True)
class Scene:
    """Two versions behind a router that copies every request."""

    servers: dict[str, Client]
    ports: dict[str, int]
    """Where each version tells its answers."""
    router: Envoy
    bodies: list[bytes]

    def ask(self, body: bytes, **headers: str) -> Reply:
        """What a user hears."""
        port = int(self.router.address.rpartition(":")[2])
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client(port).post(INFER, body, named)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The new version learnt a third of the rows wrongly."""
    folder = tmp_path_factory.mktemp("pairs")
    data = bundles.tumours()
    mistaught = replace(data, target=np.where(np.arange(569) % 3, data.target, "malignant"))
    samples = [
        bundles.packed(folder / name, bundles.linear(), known, ("onnx",))
        for name, known in ((OLD, data), (NEW, mistaught))
    ]
    own = {OLD: free_port(), NEW: free_port()}
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                running(
                    environment(
                        sample.directory,
                        sample.digest,
                        TRAINYARD_REVISION=name,
                        TRAINYARD_ANSWERS_PORT=str(own[name]),
                    ),
                    folder / f"{name}.err",
                )
            )
            for name, sample in zip(own, samples, strict=True)
        ]
        pods = {name: [Pod(s.client.port)] for name, s in zip(own, servers, strict=True)}
        envoy = envoy_running(_shadowing(routing(stable=100, canary=0)), pods, folder)
        yield Scene(
            {name: server.client for name, server in zip(own, servers, strict=True)},
            own,
            stack.enter_context(envoy),
            [_body(samples[0], number) for number in range(ROWS)],
        )


def _shadowing(plain: Routing) -> Routing:
    """Return the same, in which the new version gets a copy of every request."""
    shadow = plain.owner.spec.rollout.model_copy(update={"strategy": "Shadow"})
    spec = plain.owner.spec.model_copy(update={"rollout": shadow})
    traffic = tuple(
        share.model_copy(update={"mirror_percent": 100 * (share.revision == NEW)})
        for share in plain.traffic
    )
    owner = plain.owner.model_copy(update={"spec": spec})
    return replace(plain, owner=owner, traffic=traffic)


def _body(sample: bundles.Sample, row: int) -> bytes:
    one = Rows(sample.rows.numbers[row : row + 1], sample.rows.texts[row : row + 1])
    return json.dumps({"inputs": request_inputs(one, sample.signature)}).encode()


async def read(scene: Scene, window: str) -> PairReading:
    """What the operator reads."""
    async with aiohttp.ClientSession() as session:
        pages = HttpAnswerPages(session)

        async def page(name: str) -> Page:
            address = f"http://127.0.0.1:{scene.ports[name]}"
            return page_in(await pages.read(address, window, 600), window)

        return PairReading((await page(OLD),), (await page(NEW),))


def label(reply: Reply) -> str:
    """What the model says."""
    return str(reply.document["outputs"][0]["data"][0])


async def test_each_copied_request_is_a_pair_and_no_user_meets_the_copy(scene: Scene) -> None:
    """As many agree as where both are asked one after the other; of the next window none does."""
    await read(scene, "before")
    heard = [scene.ask(body) for body in scene.bodies]
    assert {(200, OLD)} == {(r.status, r.headers["trainyard-revision"]) for r in heard}
    asked = {
        name: [c.post(INFER, body) for body in scene.bodies] for name, c in scene.servers.items()
    }
    alike = sum(label(a) == label(b) for a, b in zip(*asked.values(), strict=True))
    await _copies_are_answered(scene)
    found = await read(scene, "first")
    told = with_pairs(None, found, 0.0)
    assert (ROWS, alike) == (told.pairs, told.agreed)
    assert 0 < alike < ROWS
    assert found == await read(scene, "first")
    assert 0 == with_pairs(None, await read(scene, "second"), 0.0).pairs


async def test_an_id_of_a_client_names_its_request(scene: Scene) -> None:
    """One id for requests that are answered differently is no pair; one for each is."""
    await read(scene, "a client's")
    for body in scene.bodies:
        scene.ask(body, x_request_id="always-the-same")
    for number, body in enumerate(scene.bodies[:5]):
        scene.ask(body, x_request_id=f"order-{number}")
    await _copies_are_answered(scene)
    assert 5 == with_pairs(None, await read(scene, "end"), 0.0).pairs


async def _copies_are_answered(scene: Scene) -> None:
    """Wait until the new version has answered every copy: nobody else waits for them."""
    for _ in range(600):
        page = scene.servers[NEW].get("/metrics").body.decode()
        if "trainyard_requests_in_flight" in page:
            flying = next(x for x in page.splitlines() if x.startswith("trainyard_requests_in_fl"))
            if flying.endswith(" 0"):
                break
        await asyncio.sleep(0.1)


async def test_who_tells_nothing_is_named() -> None:
    """A server of another image has no such port."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(PageUnread, match="connect"):
            await HttpAnswerPages(session).read(f"http://127.0.0.1:{free_port()}", "w", 1)
