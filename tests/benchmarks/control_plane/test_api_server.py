"""What becomes of work that needs an API server when a process of that server ends."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from benchmarks.control_plane.api_server import ApiServer, ApiServerGone, process
from benchmarks.control_plane.kube_api import connected


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[ApiServer]:
    """One whose processes do nothing, and stay."""
    waits = (sys.executable, "-c", "import time; print('I wait', flush=True); time.sleep(3600)")
    async with connected("https://127.0.0.1:1", "token") as api, process(waits, tmp_path) as found:
        yield ApiServer(api, tmp_path, {Path(sys.executable).name: found}, "")


async def test_what_work_gives_is_given(server: ApiServer) -> None:
    """While the server is there, nothing is said of it."""
    assert 7 == await server.outlives(asyncio.sleep(0, 7))


async def test_work_that_waits_ends_with_the_server(server: ApiServer) -> None:
    """It would wait for ever; the sentence says which process ended, and how."""
    (found,) = server.processes.values()
    found.kill()
    with pytest.raises(ApiServerGone, match="ended with exit code -9"):
        await server.outlives(asyncio.Event().wait())


async def test_a_fault_that_the_end_of_the_server_caused_is_told_as_that(server: ApiServer) -> None:
    """Who asks a server that is going is refused a moment before its process has ended."""
    (found,) = server.processes.values()

    async def asks() -> None:
        found.kill()
        raise ConnectionError

    with pytest.raises(ApiServerGone):
        await server.outlives(asks())
