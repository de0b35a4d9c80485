"""gRPC through a real Envoy, told what the operator tells it, to real model servers."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
import serving_bundles as bundles
from envoy_process import Envoy, Pod, envoy_running
from routings import NEW, OLD
from routings import routing as decided
from serving_bundles import Sample
from serving_grpc import grpc_running, infer_method, raw_request, status_of
from serving_process import Running, environment

from trainyard.clients.scraping import samples
from trainyard.model_deployments.analysis.evidence import Arms
from trainyard.model_deployments.analysis.samples import (
    ROUTER,
    ROUTER_OF_BOTH,
    Family,
    counts_of,
    metric_names,
)
from trainyard.model_deployments.analysis.samples import (
    Sample as Number,
)
from trainyard.model_deployments.traffic.mode import Routing

DRAIN = "2"
"""Seconds; connections of a server live half as long."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A linear model."""
    return bundles.packed(
        tmp_path_factory.mktemp("bundle"), bundles.linear(), bundles.tumours(), ("onnx",)
    )


def routing(**weights: int) -> Routing:
    """Return a decision with these weights of two versions that speak gRPC."""
    return replace(decided(**weights), grpc=frozenset((OLD, NEW)), grpc_is_open=True)


class World:
    """An Envoy before one pod of each version, or two where a case ends one of them."""

    def __init__(self, sample: Sample, folder: Path, stack: ExitStack) -> None:
        self.servers: dict[str, list[Running]] = {OLD: [], NEW: []}
        self._pods: dict[str, list[Pod]] = {OLD: [], NEW: []}
        for number, revision in enumerate((OLD, NEW, NEW)):
            variables = {"TRAINYARD_REVISION": revision, "TRAINYARD_DRAIN_SECONDS": DRAIN}
            environ = environment(sample.directory, sample.digest, **variables)
            errors = folder / f"server-{number}.log"
            server, address = stack.enter_context(grpc_running(environ, errors))
            self.servers[revision].append(server)
            port = int(address.rpartition(":")[2])
            self._pods[revision].append(Pod(server.client.port, port))
        started = envoy_running(routing(stable=50, canary=50), self._pods, folder)
        self.envoy: Envoy = stack.enter_context(started)


@pytest.fixture
def world(sample: Sample, tmp_path: Path) -> Iterator[World]:
    """Weights are 50 and 50."""
    with ExitStack() as stack:
        yield World(sample, tmp_path, stack)


def counted(page: str, family: Family) -> dict[str, tuple[int, int]]:
    """What the operator reads: requests and errors of each version."""
    numbers = [Number(s.name, s.labels, s.value) for s in samples(page, metric_names(family))]
    found, _ = counts_of(numbers, family, Arms(OLD, NEW))
    return {revision: (c.requests, c.errors) for revision, c in found.items()}


def test_calls_are_split_answered_and_counted_by_their_own_status(
    world: World, sample: Sample
) -> None:
    """HTTP's code of each of them is 200, also of those that are refused."""
    good, bad = Counter[str](), Counter[str]()
    with grpc.insecure_channel(world.envoy.address) as channel:
        for number in range(100):
            rows = sample.table.to_numpy()[number : number + 1]
            answer, call = infer_method(channel).with_call(raw_request(rows))
            assert sample.model.predict(sample.table[number : number + 1])[0] in str(answer)
            good[_revision(call)] += 1
        for _ in range(30):
            wrong = raw_request(sample.table.to_numpy()[:1, :3])
            with pytest.raises(grpc.RpcError) as fault:
                infer_method(channel)(wrong)
            assert grpc.StatusCode.INVALID_ARGUMENT is fault.value.code()
            bad[_revision(fault.value)] += 1
    assert {OLD, NEW} == set(good), "weights are 50 and 50"
    page = world.envoy.page()
    expected = {name: (good[name] + bad[name], bad[name]) for name in (OLD, NEW)}
    assert expected == counted(page, ROUTER_OF_BOTH)
    assert {(0, 0)} >= set(counted(page, ROUTER).values()), "calls are no requests of HTTP"


def test_where_nobody_that_serves_speaks_grpc_the_caller_is_told(world: World) -> None:
    """UNAVAILABLE, which clients may try again, and a sentence."""
    world.envoy.told(replace(routing(stable=100), grpc_is_open=False))
    with grpc.insecure_channel(world.envoy.address) as channel:
        for _ in range(50):
            code, text = status_of_attempt(channel)
            if code is grpc.StatusCode.UNAVAILABLE:
                break
            time.sleep(0.1)
    assert "no version of this model that serves speaks gRPC" == text


def status_of_attempt(channel: Any) -> tuple[Any, str]:
    """The status of a call that is not about a model; OK is told as well."""
    try:
        return status_of(lambda: infer_method(channel)(raw_request(_zeros())))
    except AssertionError:
        return grpc.StatusCode.OK, ""


def _zeros() -> Any:
    return bundles.tumours().frame.to_numpy()[:1] * 0


@contextmanager
def calling(address: str) -> Iterator[Counter[str]]:
    """Four clients call without a break and try nothing again; by revision, or what went wrong."""
    told, stop = Counter[str](), threading.Event()
    callers = [threading.Thread(target=_call, args=(address, told, stop)) for _ in range(4)]
    for caller in callers:
        caller.start()
    try:
        yield told
    finally:
        stop.set()
        for caller in callers:
            caller.join()


def test_weights_change_and_a_server_ends_without_a_lost_call(world: World) -> None:
    """Nor must the router try again, so no version is blamed for the end of its server."""
    with calling(world.envoy.address) as told:
        for weight in (5, 100):
            world.envoy.told(routing(stable=100 - weight, canary=weight))
            time.sleep(1)
        world.servers[NEW][0].terminate()
        assert 0 == world.servers[NEW][0].process.wait(timeout=30)
        time.sleep(1)
    assert {OLD, NEW} == set(told)
    found = counted(world.envoy.page(), ROUTER_OF_BOTH)
    assert {OLD: 0, NEW: 0} == {name: errors for name, (_, errors) in found.items()}


def test_a_server_that_dies_costs_its_version_and_no_caller(world: World) -> None:
    """Calls under way are tried again elsewhere; each try that failed is counted."""
    with calling(world.envoy.address) as told:
        time.sleep(1)
        world.servers[NEW][0].process.kill()
        time.sleep(2)
    assert {OLD, NEW} == set(told)
    found = counted(world.envoy.page(), ROUTER_OF_BOTH)
    assert 0 == found[OLD][1]
    assert found[NEW][1] > 0


def _call(address: str, told: Counter[str], stop: threading.Event) -> None:
    options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
    with grpc.insecure_channel(address, options=options) as channel:
        while not stop.is_set():
            try:
                _, call = infer_method(channel).with_call(raw_request(_zeros()))
                told[_revision(call)] += 1
            except grpc.RpcError as fault:
                told[str(fault)] += 1
            time.sleep(0.01)


def _revision(call: Any) -> str:
    return str(dict(call.trailing_metadata())["trainyard-revision"])
