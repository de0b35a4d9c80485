"""Connections of users to a real Envoy: how long they are kept, and that they are counted."""

from __future__ import annotations

import http.client
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

from envoy_process import Envoy
from routed_servers import router
from routings import routing

from trainyard.api.v1alpha1.server import ServerSpec
from trainyard.clients.scraping import samples
from trainyard.model_deployments.traffic.envoy import CONNECTIONS, CONNECTIONS_PATH, USERS
from trainyard.model_deployments.traffic.mode import Routing

AGE = 1


def short_lived() -> Routing:
    """Return a decision of an owner whose connections live for a second."""
    found = routing(stable=100)
    server = ServerSpec.model_construct(max_connection_age_seconds=AGE)
    spec = found.owner.spec.model_copy(update={"server": server})
    return replace(found, owner=found.owner.model_copy(update={"spec": spec}))


def users(running: Envoy) -> float:
    """Return how many connections of users it counts."""
    with urllib.request.urlopen(running.base + CONNECTIONS_PATH) as answer:
        found = samples(answer.read().decode(), [CONNECTIONS])
    (counted,) = (s.value for s in found if USERS.items() <= s.labels.items())
    return counted


def test_a_connection_ends_with_an_answer_and_then_nobody_is_counted(tmp_path: Path) -> None:
    """A request that comes later than its time is answered; silence ends nothing."""
    with router(short_lived(), tmp_path) as running:
        assert users(running) == 0
        connection = http.client.HTTPConnection(running.address, timeout=60)
        told = []
        for wait in (0.0, AGE + 1.0):
            time.sleep(wait)
            connection.request("POST", "/", body=b"x")
            answer = connection.getresponse()
            answer.read()
            told.append((answer.status, answer.getheader("connection"), users(running)))
        assert [(200, None, 1), (200, "close")] == [told[0], told[1][:2]]
        connection.close()
        end = time.monotonic() + 5
        while users(running) and time.monotonic() < end:
            time.sleep(0.1)
        assert users(running) == 0
