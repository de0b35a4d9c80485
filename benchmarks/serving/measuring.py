"""What is measured of one contender?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from benchmarks.serving.agreement import compared
from benchmarks.serving.contender import Contender
from benchmarks.serving.figures import POINTS, Figures, Point, point_of
from benchmarks.serving.load import Target, closed_loop, open_loop
from benchmarks.serving.process import PinnedServer
from benchmarks.serving.workloads import Workload

_DIFFERENT_REQUESTS = 16
_OPEN_CONNECTIONS = 64
_WARMING_SHARE = 1 / 3
_WARMING_SECONDS = 0.5
_SLOWEST = 1.0
"""Requests a second that are offered even to a server that answered none."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Seconds per point, and the core of the server."""

    seconds: float
    core: int


def measured(
    contender: Contender, workload: Workload, plan: Plan, offered: float | None = None
) -> Figures:
    """The contender's figures, its answers compared before and after.

    `offered`: the rate of its open loop; without, half of what it reaches over 64 connections.
    Raises RuntimeError when it does not start or does not answer.
    """
    with _started(contender, workload, plan) as server:
        memory = server.tree.memory_mib()
        before = compared(contender, workload, server.port)
        closed_loop(_target(contender, workload, server.port, 1), 8, _WARMING_SECONDS)
        points = {}
        for rows, connections in POINTS:
            target = _target(contender, workload, server.port, rows)
            points[f"{rows}x{connections}"] = _closed(server, target, connections, plan.seconds)
        loaded = server.tree.memory_mib()
        rate = offered or max(_SLOWEST, points["1x64"].rate / 2)
        target = _target(contender, workload, server.port, 1)
        alone = {contender.name: _open(server, target, plan.seconds, rate)}
        after = compared(contender, workload, server.port)
        agreement = max(before, after, key=lambda each: each.differing)
        return Figures(server.start_seconds, memory, loaded, agreement, points, alone)


def measured_at(
    contender: Contender, workload: Workload, plan: Plan, rates: Mapping[str, float]
) -> dict[str, Point]:
    """The contender's open loops at these rates, by their names."""
    with _started(contender, workload, plan) as server:
        target = _target(contender, workload, server.port, 1)
        closed_loop(target, _OPEN_CONNECTIONS, plan.seconds * _WARMING_SHARE)
        return {name: _open(server, target, plan.seconds, rate) for name, rate in rates.items()}


@contextmanager
def _started(contender: Contender, workload: Workload, plan: Plan) -> Iterator[PinnedServer]:
    ready = f"GET {contender.ready} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    with PinnedServer(contender.command(workload), plan.core, ready) as server:
        yield server


def _target(contender: Contender, workload: Workload, port: int, rows: int) -> Target:
    whole = (table for _, table in workload.batches(rows) if len(table) == rows)
    requests = tuple(map(contender.request, islice(whole, _DIFFERENT_REQUESTS)))
    return Target(port, requests)


def _closed(server: PinnedServer, target: Target, connections: int, seconds: float) -> Point:
    closed_loop(target, connections, seconds * _WARMING_SHARE)
    before = server.tree.cpu_seconds()
    result = closed_loop(target, connections, seconds)
    return point_of(result, server.tree.cpu_seconds() - before)


def _open(server: PinnedServer, target: Target, seconds: float, rate: float) -> Point:
    before = server.tree.cpu_seconds()
    result = open_loop(target, _OPEN_CONNECTIONS, seconds, rate)
    return point_of(result, server.tree.cpu_seconds() - before, rate)
