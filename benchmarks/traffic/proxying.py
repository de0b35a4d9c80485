"""What does a router cost beside Envoy's own minimal proxying of the same requests?

Two Envoys on one core lead to the same model server: one is told what a router is told in a
release (two versions, 95 and 5 %), the other has one listener, one route and one cluster. They are
asked in short turns, by lot; what counts is CPU time of the Envoy an answer, round by round.
"""

from __future__ import annotations

import json
import random
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from envoy_process import STARTED_WITHIN, Pod, envoy_binary, envoy_running
from routings import NEW, OLD, routing

from benchmarks.capture.pods import server
from benchmarks.serving.bodies import v2_request
from benchmarks.serving.load import Target, closed_loop
from benchmarks.serving.models import models
from benchmarks.serving.paired import median_with_bounds
from benchmarks.serving.process import free_port
from benchmarks.serving.turns import core_of_servers
from benchmarks.serving.workloads import made

MOST_TIMES = 1.5
CONNECTIONS = 16
_TURN_SECONDS = 0.5
_RELEASE = replace(routing(stable=95, canary=5), revisions=(OLD, NEW))
_HTTP = "type.googleapis.com/envoy.extensions.filters"


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU time of an answer, in microseconds."""

    router: float
    minimal: float
    times: tuple[float, float, float]
    """How many times as much, round by round: the median, and its bounds (95 %)."""

    @property
    def holds(self) -> bool:
        """Whether the router costs at most MOST_TIMES as much."""
        return self.times[0] <= MOST_TIMES

    def sentence(self) -> str:
        """Return what is told."""
        middle, low, high = self.times
        return (
            f"a router costs {middle:.2f} times (95 %: {low:.2f} to {high:.2f}) the CPU of Envoy's"
            f" minimal proxying: {self.router:.0f} and {self.minimal:.0f} µs an answer"
        )


def router_cost(rounds: int) -> Cost:
    """Measure it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="trainyard-proxying-")))
        workload = made(models()["columns"], folder)
        core = stack.enter_context(core_of_servers())
        model = stack.enter_context(server(workload, "model", core, {}))
        for name in ("router", "minimal"):
            (folder / name).mkdir()
        pods = {name: [Pod(model.port)] for name in (OLD, NEW)}
        router = stack.enter_context(envoy_running(_RELEASE, pods, folder / "router"))
        port = int(router.address.rpartition(":")[2])
        asked = {
            "router": (port, router.process.pid),
            "minimal": stack.enter_context(minimal(model.port, folder / "minimal")),
        }
        return _cost(asked, (v2_request(workload.table.iloc[:1]),), rounds)


def _cost(asked: Mapping[str, tuple[int, int]], requests: tuple[bytes, ...], rounds: int) -> Cost:
    def turn(kind: str) -> float:
        port, process = asked[kind]
        clock = (~process << 3) | 2  # clock_getcpuclockid(3): all threads of the process
        before = time.clock_gettime(clock)
        result = closed_loop(Target(port, requests), CONNECTIONS, _TURN_SECONDS)
        if result.wrong:
            raise RuntimeError(f"{kind}: {result.wrong} requests were not answered with 200")
        return 1e6 * (time.clock_gettime(clock) - before) / len(result.latencies)

    for kind in asked:
        turn(kind)
    found = [{kind: turn(kind) for kind in random.sample(list(asked), 2)} for _ in range(rounds)]
    middle = {kind: median_with_bounds([one[kind] for one in found])[0] for kind in asked}
    times = median_with_bounds([one["router"] / one["minimal"] for one in found])
    return Cost(middle["router"], middle["minimal"], times)


@contextmanager
def minimal(upstream: int, folder: Path) -> Iterator[tuple[int, int]]:
    """An Envoy that does nothing but pass requests on; yields its port and its process."""
    port = free_port()
    (folder / "envoy.json").write_text(json.dumps(minimal_configuration(port, upstream)))
    options = ("--concurrency", "1", "--disable-hot-restart", "--log-level", "error")
    command = (envoy_binary(), "--config-path", str(folder / "envoy.json"), *options)
    process = subprocess.Popen(command)
    try:
        _until_it_listens(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return
        time.sleep(0.05)
    raise RuntimeError(f"Envoy does not listen on port {port}")


def minimal_configuration(port: int, upstream: int) -> dict[str, object]:
    """Return the shortest configuration by which Envoy passes requests on."""
    route = {"match": {"prefix": "/"}, "route": {"cluster": "model"}}
    host = {"name": "all", "domains": ["*"], "routes": [route]}
    connections = {
        "@type": f"{_HTTP}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "serving",
        "route_config": {"virtual_hosts": [host]},
        "http_filters": [
            {
                "name": "router",
                "typed_config": {"@type": f"{_HTTP}.http.router.v3.Router"},
            }
        ],
    }
    listener = {
        "address": _address(port),
        "filter_chains": [{"filters": [{"name": "http", "typed_config": connections}]}],
    }
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": _address(upstream)}}]}]
    cluster = {
        "name": "model",
        "load_assignment": {"cluster_name": "model", "endpoints": endpoints},
    }
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


def _address(port: int) -> dict[str, object]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
