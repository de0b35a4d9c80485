"""Does a request leave anything behind that only the garbage collector finds?

What waits for a collection is memory that grows with the requests a second, and the collection is
a pause for everybody.
"""

from __future__ import annotations

import asyncio
import gc
import socket
import time

import uvloop
from serving_bundles import Sample
from serving_process import MODEL, environment

from modelserver.core import Core
from modelserver.error_log import ErrorLog
from modelserver.http.connections import Connections
from modelserver.http.http_api import HttpApi
from modelserver.http.http_connection import Listening
from modelserver.http.http_port import HttpPort
from modelserver.http.outbox import Outbox
from modelserver.http.wire import Wire
from modelserver.metrics.serving_metrics import ServingMetrics
from modelserver.payloads.answers import ModelIdentity
from modelserver.serving import _assembled
from modelserver.settings import server_settings
from modelserver.startup import ready_model

_CONNECTIONS = 50


def test_requests_leave_no_garbage(tumours_sample: Sample) -> None:
    """Fifty connections, a good and a bad request on each: fewer cycles than connections."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(_garbage(tumours_sample)) < _CONNECTIONS


async def _garbage(tumours_sample: Sample) -> int:
    settings = server_settings(environment(tumours_sample.directory, tumours_sample.digest))
    model = ready_model(settings.bundle)
    batcher, server = _assembled(settings, model, ServingMetrics(), ErrorLog(time.monotonic), None)
    identity = ModelIdentity(settings.model_name, settings.revision, settings.bundle.digest)
    core = Core(identity, model.runtime.signature, batcher, 100)
    outbox = Outbox()
    api = HttpApi(core, {}, server, outbox)
    connections = Connections(time.monotonic())
    port = HttpPort(Listening(api, connections, settings.limits, Wire(identity), outbox))
    number = await port.open("127.0.0.1", 0)
    row = ",".join(["1"] * 30)
    good = f'{{"inputs":[{{"name":"input","datatype":"FP64","shape":[1,30],"data":[{row}]}}]}}'
    await asyncio.to_thread(_ask, number, [good, "{}"], 1)
    while len(connections):  # noqa: ASYNC110  (conditions of the other side have no event)
        await asyncio.sleep(0.01)
    gc.collect()
    gc.disable()
    try:
        await asyncio.to_thread(_ask, number, [good, "{}"], _CONNECTIONS)
        while len(connections):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        found = gc.collect()
    finally:
        gc.enable()
    await port.close(0.5)
    batcher.close()
    return found


def _ask(port: int, bodies: list[str], connections: int) -> None:
    path = f"/v2/models/{MODEL}/infer"
    for _ in range(connections):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            for body, status in zip(bodies, (b"200", b"400"), strict=True):
                head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
                connection.sendall((head + body).encode())
                assert status == connection.recv(65536)[9:12]
