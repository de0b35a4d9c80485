"""What kubelet and Prometheus are told."""

from __future__ import annotations

import aiohttp
import pytest
from free_port import free_port
from prometheus_client import CollectorRegistry

from trainyard.process.health import Probes, serve_health
from trainyard.process.metrics import Metrics


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        pytest.param("/livez", 503, "stuck for 400 s", id="not alive, and why"),
        pytest.param("/readyz", 200, "ok", id="ready"),
        pytest.param("/metrics", 200, "trainyard_leading 0.0", id="metrics"),
        pytest.param("/secrets", 404, "", id="nothing else"),
    ],
)
async def test_answers(path: str, status: int, text: str) -> None:
    """A probe that fails says what is wrong."""
    port = free_port()
    registry = CollectorRegistry()
    Metrics(registry)
    probes = Probes(live=lambda: "stuck for 400 s", ready=lambda: "")
    runner = await serve_health(port, probes, registry)
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}{path}") as answer,
        ):
            assert status == answer.status
            assert text in await answer.text()
    finally:
        await runner.cleanup()
