"""A real Envoy, told what the operator tells it, and requests that nobody sends by accident."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from routed_servers import answer, router
from routings import NEW, OLD, routing

from trainyard.model_deployments.traffic import envoy
from trainyard.model_deployments.traffic.mode import Routing

CONNECT = {"content-type": "application/connect+proto", "connect-protocol-version": "1"}
GRPC = {"content-type": "application/grpc", "te": "trailers"}
GRPC_WEB = {"content-type": "application/grpc-web+proto"}


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(routing(), id="before the first version"),
        pytest.param(routing(stable=50, canary=50), id="with two versions"),
        pytest.param(
            replace(routing(stable=50, canary=50), grpc=frozenset({NEW})), id="gRPC not open yet"
        ),
    ],
)
def test_no_request_ends_the_router(found: Routing, tmp_path: Path) -> None:
    """Whatever protocol it claims to speak, and whatever host and path it names."""
    hosts = ("tumours.models", "decision.trainyard.internal")
    paths = ("/", envoy.DECISION_PATH, "/inference.GRPCInferenceService/ModelInfer")
    with router(found, tmp_path) as running:
        for headers in (CONNECT, GRPC, GRPC_WEB):
            for host in hosts:
                for path in paths:
                    status, text = answer(running.address, path, host=host, **headers)
                    assert status in (200, 503), (headers, host, path)
                    assert text in ("", OLD, NEW) or "no version of this model" in text
        assert running.process.poll() is None
        assert 7 == running.decision()


def test_the_decision_is_not_on_the_port_of_the_users(tmp_path: Path) -> None:
    """Any host and path there is the model's."""
    with router(routing(stable=100, canary=0), tmp_path) as running:
        found = answer(running.address, envoy.DECISION_PATH, host="decision.trainyard.internal")
        assert (200, OLD) == found
        assert (200, OLD) == answer(running.address, envoy.STATS_PATH)
        assert 7 == running.decision()


def test_what_is_reported_is_in_force(tmp_path: Path) -> None:
    """From the moment that the router reports a decision, no request follows an older one."""
    with router(routing(stable=100, canary=0), tmp_path) as running:
        for decision in range(8, 28):
            shares = (0, 100) if decision % 2 == 0 else (100, 0)
            running.told(routing(decision, stable=shares[0], canary=shares[1]))
            end = time.monotonic() + 10
            while running.decision() != decision:
                assert time.monotonic() < end
            told = Counter(answer(running.address)[1] for _ in range(5))
            assert {NEW if decision % 2 == 0 else OLD: 5} == told
