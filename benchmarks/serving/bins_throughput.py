"""What do the bins cost a real server? `python -m benchmarks.serving.bins_throughput`.

Two servers as the image starts them share one core; one counts live values in bins, the other does
not (`TRAINYARD_SAMPLED_ROWS=0`). They are asked over sockets in short turns, 64 connections at a
time, closed loop, from another core; who is first in a round is decided by lot. Each is asked a
third of the time and may count a third of the rows of a second; on a machine that does other work
too it gets less than a third of a core, and the share of the bins comes out too high.

`us_*` is the CPU time of the server (user and system) per request in microseconds, mean of the
quickest quarter of its turns, and `percent_quickest` the difference. `percent_cpu` and
`percent_throughput` compare the two round by round: by how much a request costs more with bins, and
fewer are answered in a second; the median, and between which bounds it lies with 95 %.
`percent_nothing` is the same CPU figure of two servers without bins: what the way of measuring
itself gives. Where a core is busy with one server, throughput is one over CPU time per request;
other work on the machine disturbs the count of seconds, and CPU time much less.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

for _folder in ("serving-image", "tests"):
    sys.path.insert(0, str(Path(__file__).parents[2] / _folder))

from benchmarks.serving.bodies import v2_request  # noqa: E402
from benchmarks.serving.commands import ours  # noqa: E402
from benchmarks.serving.load import Target, closed_loop  # noqa: E402
from benchmarks.serving.models import models  # noqa: E402
from benchmarks.serving.paired import median_with_bounds, undisturbed  # noqa: E402
from benchmarks.serving.process import PinnedServer  # noqa: E402
from benchmarks.serving.workloads import Workload, made  # noqa: E402
from modelserver.settings import Watching  # noqa: E402

_CONNECTIONS = 64
_READY = b"GET /v2/health/ready HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
_SERVERS = ("without", "without again", "bins")
_PAIR = ("without", "bins")


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints one line of JSON per model and number of rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="linear,columns")
    parser.add_argument("--rows", default="1,32")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=0.1, help="of a turn")
    parser.add_argument("--warm-up", type=float, default=1.5, help="seconds, for each server")
    chosen = parser.parse_args(arguments)
    for name in chosen.models.split(","):
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workload = made(models()[name], Path(folder))
            for rows in map(int, chosen.rows.split(",")):
                request = v2_request(workload.table.iloc[:rows])
                with _load_core() as core, ExitStack() as stack:
                    servers = {
                        kind: stack.enter_context(_started(workload, kind, core))
                        for kind in _SERVERS
                    }
                    found = _rounds(servers, request, chosen)
                line = {"model": name, "rows": rows, **_summary(found)}
                print(json.dumps(line), flush=True)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one turn gave: CPU seconds per answer, and answers per second."""

    cpu: float
    rate: float


def _rounds(
    servers: dict[str, PinnedServer], request: bytes, chosen: argparse.Namespace
) -> list[dict[str, _Turn]]:
    for server in servers.values():
        _turn(server, request, chosen.warm_up)
    kinds = list(servers)
    return [
        {
            kind: _turn(servers[kind], request, chosen.seconds)
            for kind in random.sample(kinds, len(kinds))
        }
        for _ in range(chosen.rounds)
    ]


def _turn(server: PinnedServer, request: bytes, seconds: float) -> _Turn:
    clocks = [_clock_of(process.number) for process in server.tree.processes()]
    before = sum(time.clock_gettime(clock) for clock in clocks)
    result = closed_loop(Target(server.port, (request,)), _CONNECTIONS, seconds)
    if result.wrong:
        raise RuntimeError(f"{result.wrong} requests were not answered with 200")
    used = sum(time.clock_gettime(clock) for clock in clocks) - before
    return _Turn(used / len(result.latencies), result.rate)


def _clock_of(process: int) -> int:
    """The CPU clock of a process, all its threads, in nanoseconds: clock_getcpuclockid(3)."""
    return (~process << 3) | 2


def _summary(found: Sequence[dict[str, _Turn]]) -> dict[str, object]:
    quickest = [1e6 * undisturbed([each[kind].cpu for each in found]) for kind in _PAIR]
    said: dict[str, object] = {
        f"us_{kind}": round(us, 2) for kind, us in zip(_PAIR, quickest, strict=True)
    }
    said["percent_quickest"] = round(100 * (quickest[1] / quickest[0] - 1), 2)
    said["percent_cpu"] = _percent([each["bins"].cpu / each["without"].cpu for each in found])
    said["percent_throughput"] = _percent(
        [each["without"].rate / each["bins"].rate for each in found]
    )
    said["percent_nothing"] = _percent(
        [each["without again"].cpu / each["without"].cpu for each in found]
    )
    return said


def _percent(ratios: Sequence[float]) -> list[float]:
    return [round(100 * (ratio - 1), 2) for ratio in median_with_bounds(ratios)]


@contextmanager
def _started(workload: Workload, kind: str, core: int) -> Iterator[PinnedServer]:
    command = ours(workload)
    rows = Watching().rows_per_second // len(_SERVERS) if kind == "bins" else 0
    environ = {"TRAINYARD_SAMPLED_ROWS": str(rows)}
    folder = workload.folder / kind.replace(" ", "-")
    folder.mkdir(exist_ok=True)
    command = replace(command, folder=folder, environ={**command.environ, **environ})
    with PinnedServer(command, core, _READY) as server:
        yield server


@contextmanager
def _load_core() -> Iterator[int]:
    """The core of the servers; meanwhile this process keeps to another, where there is one."""
    cores = os.sched_getaffinity(0)
    first, *others = sorted(cores)
    os.sched_setaffinity(0, others[:1] or {first})
    try:
        yield first
    finally:
        os.sched_setaffinity(0, cores)


if __name__ == "__main__":
    main()
