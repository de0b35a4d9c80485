"""A real Envoy that lets each client make so many requests."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from builders_serving import a_model_deployment
from envoy_process import Envoy
from routed_servers import router
from routings import OLD, routing

from trainyard.model_deployments.traffic.envoy_replies import REPLIES
from trainyard.model_deployments.traffic.mode import Routing

LIMIT = 10
MANY = 60
GREEDY, MODEST = "127.0.0.1", "127.0.0.2"
"""Addresses of two clients."""


def limited(**more: int) -> Routing:
    """Return a decision of an owner who limits each client."""
    limit = {"requestsPerSecond": LIMIT} | more
    return replace(routing(stable=100), owner=a_model_deployment(traffic={"limitPerClient": limit}))


class Client:
    """One that connects from an address, and perhaps says that it asks for somebody else."""

    def __init__(self, running: Envoy, address: str, forwarded: str = "") -> None:
        self._running = running
        self._address = address
        self._headers = {"x-forwarded-for": forwarded} if forwarded else {}

    def ask(self) -> tuple[int, Mapping[str, str], str]:
        """Return status, headers and text of an answer, on a connection of its own."""
        connection = http.client.HTTPConnection(
            self._running.address, timeout=60, source_address=(self._address, 0)
        )
        try:
            connection.request("POST", "/", body=b"x", headers=self._headers)
            found = connection.getresponse()
            return found.status, dict(found.headers), found.read().decode()
        finally:
            connection.close()

    def asks(self, times: int) -> Counter[int]:
        """Return how often which status was told."""
        return Counter(self.ask()[0] for _ in range(times))


def test_a_greedy_client_takes_nothing_from_others(tmp_path: Path) -> None:
    """It is told so in a sentence, and when to come again; the next one is answered."""
    with router(limited(), tmp_path) as running:
        began = time.monotonic()
        told = Client(running, GREEDY).asks(MANY)
        filled = LIMIT * (2 + time.monotonic() - began)
        assert LIMIT <= told[200] <= filled
        assert {200, 429} == set(told)
        status, headers, text = Client(running, GREEDY).ask()
        while status == 200:
            status, headers, text = Client(running, GREEDY).ask()
        assert (429, "1", "application/json") == (
            status,
            headers["retry-after"],
            headers["content-type"],
        )
        assert {"error": REPLIES[429]} == json.loads(text)
        assert Counter({200: LIMIT}) == Client(running, MODEST).asks(LIMIT)
        time.sleep(1.1)
        assert (200, OLD) == Client(running, GREEDY).ask()[::2]


def test_who_connects_is_the_client_whatever_it_says(tmp_path: Path) -> None:
    """Nobody gets more by naming somebody else in a header."""
    with router(limited(), tmp_path) as running:
        began = time.monotonic()
        told = Counter(Client(running, GREEDY, f"10.0.0.{n}").ask()[0] for n in range(MANY))
        assert told[200] <= LIMIT * (2 + time.monotonic() - began)
        assert told[429]


def test_behind_a_trusted_proxy_its_client_counts(tmp_path: Path) -> None:
    """The one that the proxy saw, which stands last; what that client wrote itself stands before.

    Without trust in the proxy all its clients together would be one.
    """
    with router(limited(trustedHops=1), tmp_path) as running:
        began = time.monotonic()
        greedy = Client(running, GREEDY, "10.9.9.9, 10.0.0.1").asks(MANY)
        assert greedy[200] <= LIMIT * (2 + time.monotonic() - began)
        assert greedy[429]
        assert Counter({200: LIMIT}) == Client(running, GREEDY, "10.9.9.9, 10.0.0.2").asks(LIMIT)
