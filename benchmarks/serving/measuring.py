"""What is measured of one contender?"""

from __future__ import annotations

import http.client
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.serving.contenders import Contender
from benchmarks.serving.load import Result, Target, closed_loop, open_loop
from benchmarks.serving.process import PinnedServer
from benchmarks.serving.workloads import Workload

POINTS = ((1, 1), (1, 8), (1, 64), (32, 1), (32, 64))
_CHECKED_ROWS = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """Seconds per point, and the core of the server."""

    seconds: float
    core: int


@dataclass(frozen=True, slots=True)
class Point:
    """Rows per request and connections, and what came of it; times in milliseconds."""

    rate: float
    p50: float
    p99: float
    cpu_us: float
    wrong: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All of one contender. Points by "rows x connections"; `open`: latencies at half a rate."""

    start_seconds: float
    memory_mib: float
    points: dict[str, Point]
    open: dict[str, tuple[float, float, float]] = field(default_factory=dict)

    @property
    def half_rate(self) -> float:
        """Half of what one-row requests reached over 64 connections."""
        return self.points["1x64"].rate / 2

    def best_of(self, other: Figures | None) -> Figures:
        """The best round of every figure: noise only ever takes away."""
        if other is None:
            return self
        points = {
            name: max((point, other.points[name]), key=lambda each: each.rate)
            for name, point in self.points.items()
        }
        return Figures(
            min(self.start_seconds, other.start_seconds),
            min(self.memory_mib, other.memory_mib),
            points,
            {**other.open, **self.open},
        )

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def measured(
    contender: Contender, workload: Workload, plan: Plan, rates: dict[str, float]
) -> Figures:
    """The contender's figures. Raises RuntimeError when its answers are not scikit-learn's.

    `rates`: open loops to add, by the name of the peer they belong to; a peer gets its own.
    """
    ready = f"GET {contender.ready} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    with PinnedServer(contender.command(workload), plan.core, ready) as server:
        memory = server.memory_mib()
        points = {}
        for rows, connections in POINTS:
            request = contender.request(workload.rows[:rows])
            _check(contender, workload, server.port, rows)
            points[f"{rows}x{connections}"] = _point(
                server, Target(server.port, request), connections, plan.seconds
            )
        figures = Figures(server.start_seconds, memory, points)
        one = Target(server.port, contender.request(workload.rows[:1]))
        wanted = rates or {contender.name: figures.half_rate}
        for name, rate in wanted.items():
            result = open_loop(one, 64, plan.seconds, rate)
            figures.open[name] = _shares(result)
        _check(contender, workload, server.port, _CHECKED_ROWS)
        return figures


def _point(server: PinnedServer, target: Target, connections: int, seconds: float) -> Point:
    closed_loop(target, connections, seconds / 3)
    before = server.cpu_seconds()
    result = closed_loop(target, connections, seconds)
    cpu = server.cpu_seconds() - before
    p50, p99, _ = _shares(result)
    return Point(result.rate, p50, p99, cpu / max(1, len(result.latencies)) * 1e6, result.wrong)


def _shares(result: Result) -> tuple[float, float, float]:
    p50, p99, p999 = (result.percentile(share) * 1000 for share in (0.5, 0.99, 0.999))
    return p50, p99, p999


def _check(contender: Contender, workload: Workload, port: int, rows: int) -> None:
    head, body = contender.request(workload.rows[:rows]).split(b"\r\n\r\n", 1)
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", first.split(" ")[1], body, headers)
        answer = connection.getresponse()
        content = answer.read()
        expected = list(workload.expected[:rows])
        if answer.status != 200 or contender.labels(content) != expected:
            raise RuntimeError(f"{contender.name}: {answer.status} {content[:300]!r}")
    finally:
        connection.close()
