"""A real Envoy before a slow model, and more clients than anybody asked for."""

from __future__ import annotations

import asyncio
import http.client
import re
import socket
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from envoy_process import Envoy, Pod, envoy_running
from routed_servers import answer, answering, router
from routings import NEW, OLD, routing

from trainyard.model_deployments.traffic.envoy_bootstrap import IDLE_SECONDS_WHEN_FULL

CLIENTS = 300
BODY = b"x" * (900 << 10)
SECONDS = 3.0
"""The model's, for one request."""
MOST_MIB = 200
"""Of 512 that the container may use; without bounds on buffers it took 414."""
SLOW_CLIENTS = 1000
PIECES = 4
PIECE = b"x" * (1 << 18)
IDLE_CLIENTS = 10_000
AT_MOST = 2048
"""Connections of users at one router of 512 MiB."""


async def slow_model(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Wait before reading a request that has a body; health checks have none."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = re.search(rb"content-length: (\d+)", head.lower())
            if length and int(length[1]):
                await asyncio.sleep(SECONDS)
                await reader.readexactly(int(length[1]))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
    except asyncio.IncompleteReadError:
        pass
    finally:
        writer.close()


async def client(address: str) -> str:
    """Send one request; return the status of its answer."""
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(BODY))
    writer.write(BODY)
    try:
        return (await reader.readline()).split()[1].decode()
    finally:
        writer.close()


def peak_mib(running: Envoy) -> int:
    """Return the most memory that it held so far."""
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) >> 10


def connected(running: Envoy, number: int) -> list[socket.socket]:
    """So many clients; each connects, however it fares then."""
    host, _, port = running.address.partition(":")
    found = [socket.create_connection((host, int(port)), timeout=60) for _ in range(number)]
    for client in found:
        client.setblocking(False)
    return found


def is_kept(client: socket.socket) -> bool:
    """Whether the router has not closed the connection, on which it has nothing to say."""
    try:
        return bool(client.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def is_answered(running: Envoy) -> bool:
    """Tell whether one more user gets an answer."""
    try:
        return (200, OLD) == answer(running.address)
    except (OSError, http.client.HTTPException):
        return False


def retry_after(running: Envoy) -> tuple[int, str | None]:
    """Return the status of an answer, and when it asks to come again."""
    connection = http.client.HTTPConnection(running.address, timeout=60)
    try:
        connection.request("POST", "/", body=b"x")
        told = connection.getresponse()
        return told.status, told.headers["retry-after"]
    finally:
        connection.close()


def test_a_thousand_slow_clients_end_no_router(tmp_path: Path) -> None:
    """Each announces 1 MiB and sends it a piece at a time; others are served meanwhile."""
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % (1 << 20)
    with router(routing(stable=100, canary=0), tmp_path) as running:
        clients = connected(running, SLOW_CLIENTS)
        for number in range(PIECES):
            for client in clients:
                with suppress(BlockingIOError, ConnectionError):
                    client.send(PIECE if number else head)
            time.sleep(0.5)
            status, _ = answer(running.address)
            assert status in (200, 503)
        assert 7 == running.decision()
        assert running.process.poll() is None
        assert peak_mib(running) < 384
        for client in clients:
            client.close()


@pytest.mark.parametrize("asked", [pytest.param(0, id="silent"), pytest.param(1, id="asked once")])
def test_ten_thousand_idle_connections_keep_nobody_out(asked: int, tmp_path: Path) -> None:
    """It keeps those it has room for, and the operator and the next user are answered.

    Of those on which nothing is asked some go, though they may stay for minutes otherwise.
    """
    with router(routing(stable=100, canary=0), tmp_path) as running:
        clients = connected(running, IDLE_CLIENTS)
        for client in clients[: AT_MOST * asked]:
            with suppress(BlockingIOError, ConnectionError):
                client.send(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        time.sleep(1)
        kept = sum(is_kept(client) for client in clients)
        assert 0 < kept <= AT_MOST
        assert 7 == running.decision()
        end = time.monotonic() + 12 * IDLE_SECONDS_WHEN_FULL
        while not is_answered(running):
            assert time.monotonic() < end
            time.sleep(0.2)
        for client in clients:
            client.close()
        assert running.process.poll() is None
        assert peak_mib(running) < MOST_MIB


def test_who_is_too_much_is_told_when_to_come_again(tmp_path: Path) -> None:
    """A router whose memory is used up answers 503 with Retry-After, and says so in its page."""
    with answering(OLD) as port:
        pods = {OLD: [Pod(port)], NEW: [Pod(port)]}
        found = routing(stable=100, canary=0)
        with envoy_running(found, pods, tmp_path, memory=65 << 20) as running:
            end = time.monotonic() + 120
            while (told := retry_after(running)) != (503, "1"):  # it weighs its memory now and then
                assert time.monotonic() < end, told
                time.sleep(0.1)
            assert 7 == running.decision()


async def test_long_requests_before_a_slow_model_are_answered_in_bounded_memory(
    tmp_path: Path,
) -> None:
    """Each of them, and the router lives."""
    server = await asyncio.start_server(slow_model, "127.0.0.1", 0, backlog=CLIENTS)
    async with server:
        pods = [Pod(server.sockets[0].getsockname()[1])]
        started = envoy_running(routing(stable=100, canary=0), {OLD: pods, NEW: pods}, tmp_path)
        running = await asyncio.to_thread(started.__enter__)
        try:
            told = await asyncio.gather(*(client(running.address) for _ in range(CLIENTS)))
            assert {"200": CLIENTS} == Counter(told)
            assert peak_mib(running) < MOST_MIB
        finally:
            await asyncio.to_thread(started.__exit__, None, None, None)
            await asyncio.sleep(0.5)  # the model's ends of its connections close
