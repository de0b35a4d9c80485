"""Asking coordinators how far their rounds are, from a real HTTPS server."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from served_app import served

from trainyard.clients import coordinator_doors
from trainyard.clients.coordinator_doors import Door, DoorSilent, HttpCoordinatorDoors

HOST = "model-federation.team.svc"


class Coordinator:
    """Answers what a test says, and counts how often it was asked."""

    def __init__(self, folder: Path) -> None:
        self.port = 0
        self.asked = 0
        self.answer = b'{"round": 1}'
        self.now = 0.0
        self.certificate, self.key = folder / "certificate.pem", folder / "key.pem"

    def door(self, host: str = HOST, certificate: str = "") -> Door:
        """Return where it listens."""
        return Door("127.0.0.1", self.port, host, certificate or self.certificate.read_text())

    async def progress(self, _: web.Request) -> web.Response:
        """Answer."""
        self.asked += 1
        return web.Response(body=self.answer)

    def clock(self) -> float:
        """Return the time that the test says."""
        return self.now


def self_signed(found: Coordinator) -> None:
    """Write its key and a certificate for a name that nothing resolves."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-subj", "/CN=coordinator", "-addext", f"subjectAltName=DNS:{HOST}"]
    command += ["-keyout", str(found.key), "-out", str(found.certificate)]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
async def coordinator(tmp_path: Path) -> AsyncIterator[Coordinator]:
    """Give a coordinator that listens."""
    found = Coordinator(tmp_path)
    self_signed(found)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(found.certificate, found.key)
    app = web.Application()
    app.router.add_get("/progress", found.progress)
    async with served(app, tls) as address:
        found.port = int(address.rsplit(":", 1)[1])
        yield found


async def test_a_coordinator_is_known_by_its_certificate(coordinator: Coordinator) -> None:
    """At the address of its pod, whatever the name of its Service leads to."""
    async with aiohttp.ClientSession() as session:
        doors = HttpCoordinatorDoors(session, coordinator.clock)
        assert b'{"round": 1}' == await doors.progress(coordinator.door())
        with pytest.raises(DoorSilent, match="certificate"):
            await doors.progress(coordinator.door(host="another.team.svc"))
        with pytest.raises(DoorSilent, match="cannot be read"):
            await doors.progress(coordinator.door(certificate="nothing"))


async def test_it_is_not_asked_again_at_once(coordinator: Coordinator) -> None:
    """Each change that is written wakes the operator; fast rounds must not become questions."""
    async with aiohttp.ClientSession() as session:
        doors = HttpCoordinatorDoors(session, coordinator.clock)
        for _ in range(5):
            assert b'{"round": 1}' == await doors.progress(coordinator.door())
        coordinator.answer = b'{"round": 2}'
        assert b'{"round": 1}' == await doors.progress(coordinator.door())
        coordinator.now = 10.0
        assert b'{"round": 2}' == await doors.progress(coordinator.door())
        assert coordinator.asked == 2


async def test_an_answer_has_a_bound_and_silence_a_reason(coordinator: Coordinator) -> None:
    """Nothing that comes, or does not come, is more than DoorSilent."""
    async with aiohttp.ClientSession() as session:
        doors = HttpCoordinatorDoors(session, coordinator.clock)
        coordinator.answer = b"x" * (coordinator_doors.LARGEST_ANSWER + 1)
        with pytest.raises(DoorSilent, match="more than 4096 bytes"):
            await doors.progress(coordinator.door())
        coordinator.now, coordinator.port = 20.0, 1
        with pytest.raises(DoorSilent, match=r"127\.0\.0\.1:1/progress"):
            await doors.progress(coordinator.door())
