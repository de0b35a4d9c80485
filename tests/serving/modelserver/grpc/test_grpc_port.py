"""Start and end of the second port, in a server process."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from queue import Queue
from typing import Any

import grpc
import numpy as np
import pytest
from free_port import free_port
from serving_bundles import Sample
from serving_grpc import grpc_running, infer_method, raw_request, status_of
from serving_process import Running, environment, run_to_end, running

from modelserver.grpc.grpc_port import connection_age


@pytest.mark.parametrize(
    ("drain_seconds", "age"),
    [
        pytest.param(8.0, 4.0, id="half of the usual drain time"),
        pytest.param(0.0, 1.0, id="at least a second"),
        pytest.param(3600.0, 600.0, id="at most ten minutes"),
    ],
)
def test_connections_end_within_the_drain_time(drain_seconds: float, age: float) -> None:
    """The library makes it a tenth longer or shorter by chance."""
    assert age == connection_age(drain_seconds)


def test_a_port_that_is_taken_is_told(tumours_sample: Sample) -> None:
    """The process ends; it does not share the port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        changes = {"TRAINYARD_GRPC_PORT": port, "TRAINYARD_PORT": str(free_port())}
        done = run_to_end(environment(tumours_sample.directory, tumours_sample.digest, **changes))
    assert 21 == done.returncode
    assert f"the gRPC port {port} cannot be opened" in done.stderr


def test_without_the_setting_the_library_is_not_loaded(
    tumours_sample: Sample, tmp_path: Path
) -> None:
    """Memory that nobody asked for is not taken."""
    environ = environment(tumours_sample.directory, tumours_sample.digest)
    with running(environ, tmp_path / "stderr") as server:
        maps = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert ("cygrpc" in maps, "uvloop" in maps) == (False, True)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass  # the other direction ends as well
    finally:
        writer.close()


@contextmanager
def _routed(ports: list[int]) -> Iterator[int]:
    """A port that hands new connections to the first of these ports, as a Service does to pods.

    Connections that are open stay where they are when the list changes.
    """
    opened: Queue[tuple[int, Callable[[], object]]] = Queue()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", ports[0])
        await asyncio.gather(_pipe(reader, there_writer), _pipe(there_reader, writer))

    async def route() -> None:
        ending = asyncio.Event()
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        end = partial(asyncio.get_running_loop().call_soon_threadsafe, ending.set)
        opened.put((server.sockets[0].getsockname()[1], end))
        await ending.wait()
        server.close()
        await asyncio.sleep(0.2)  # what the closing clients left behind

    thread = threading.Thread(target=lambda: asyncio.run(route()))
    thread.start()
    port, end = opened.get()
    try:
        yield port
    finally:
        end()
        thread.join()


def _call_until(ending: threading.Event, port: int, found: list[str]) -> None:
    body = raw_request(np.ones((1, 30)))
    own_connection = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", own_connection) as channel:
        infer = infer_method(channel)
        while not ending.is_set():
            found.append(_outcome(infer, body))


def _outcome(infer: Any, body: Any) -> str:
    """The revision that answered, or what went wrong."""
    try:
        _, call = infer.with_call(body, timeout=30)
    except grpc.RpcError as fault:
        return f"{fault.code()}: {fault.details()}"
    revision: str = dict(call.trailing_metadata())["trainyard-revision"]
    return revision


def _ended(server: Running) -> int:
    server.terminate()
    return server.process.wait(30)


def test_sigterm_loses_no_call(tumours_sample: Sample, tmp_path: Path) -> None:
    """Eight clients call through the drain of one server, behind what routes new connections to
    another from then on: every call is answered, by the one or the other, and the exit code is 0.
    """
    first = environment(
        tumours_sample.directory,
        tumours_sample.digest,
        TRAINYARD_REVISION="old",
        TRAINYARD_DRAIN_SECONDS="4",
    )
    second = {**first, "TRAINYARD_REVISION": "new", "TRAINYARD_DRAIN_SECONDS": "0"}
    found: list[str] = []
    ending = threading.Event()
    with (
        grpc_running(first, tmp_path / "old") as (old, old_address),
        grpc_running(second, tmp_path / "new") as (_, new_address),
    ):
        ports = [int(old_address.rsplit(":", 1)[1])]
        with _routed(ports) as port:
            callers = [
                threading.Thread(target=_call_until, args=(ending, port, found)) for _ in range(8)
            ]
            for caller in callers:
                caller.start()
            time.sleep(1.0)
            ports[0] = int(new_address.rsplit(":", 1)[1])
            code = _ended(old)
            time.sleep(0.5)
            ending.set()
            for caller in callers:
                caller.join()
        errors = (tmp_path / "old").read_text() + (tmp_path / "new").read_text()
    assert (0, {"old", "new"}, "") == (code, set(found), errors)


def test_sigterm_waits_for_what_is_in_flight(slow_sample: Sample, tmp_path: Path) -> None:
    """With no drain time at all, a prediction that has begun is still answered."""
    environ = environment(slow_sample.directory, slow_sample.digest)
    found: list[str] = []
    with grpc_running(environ, tmp_path / "stderr") as (server, address):
        body = raw_request(np.array([[5.8, 3.0, 4.3, 1.3]]))
        with grpc.insecure_channel(address) as channel:
            infer = infer_method(channel)
            asking = threading.Thread(target=lambda: found.append(_outcome(infer, body)))
            asking.start()
            time.sleep(0.5)
            assert 0 == _ended(server)
            asking.join()
            assert grpc.StatusCode.UNAVAILABLE == status_of(lambda: infer(body))[0]
    assert [environ["TRAINYARD_REVISION"]] == found
