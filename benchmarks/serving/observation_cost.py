"""What does counting live values in bins cost? `python -m benchmarks.serving.observation_cost`.

Two servers of the same bundle on one core, one with bins and one without
(`TRAINYARD_SAMPLED_VALUES=0`), are asked in turns, closed loop over 64 connections, and the CPU
time of each (user and system) is divided by its answers. A turn of both is a pair; the median of
the pairs is printed, so that what else the machine does meanwhile falls on both sides alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.serving.bodies import v2_request
from benchmarks.serving.commands import ours
from benchmarks.serving.load import Target, closed_loop
from benchmarks.serving.models import models
from benchmarks.serving.process import Command, PinnedServer
from benchmarks.serving.workloads import Workload, made

_READY = b"GET /v2/health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
_CONNECTIONS = 64


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints one line of JSON per model and number of rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="linear,columns")
    parser.add_argument("--rows", default="1,32")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each turn")
    parser.add_argument("--core", type=int, default=0, help="of both servers")
    chosen = parser.parse_args(arguments)
    for name in chosen.models.split(","):
        with tempfile.TemporaryDirectory() as folder:
            workload = made(models()[name], Path(folder))
            with (
                PinnedServer(_command(workload, bins=True), chosen.core, _READY) as watched,
                PinnedServer(_command(workload, bins=False), chosen.core, _READY) as unwatched,
            ):
                for rows in map(int, chosen.rows.split(",")):
                    request = v2_request(workload.table.iloc[:rows])
                    pairs = [
                        (
                            _microseconds(watched, request, chosen.seconds),
                            _microseconds(unwatched, request, chosen.seconds),
                        )
                        for _ in range(chosen.pairs)
                    ]
                    print(json.dumps({"model": name, "rows": rows, **_summary(pairs)}), flush=True)


def _command(workload: Workload, *, bins: bool) -> Command:
    command = ours(workload)
    if bins:
        return command
    folder = command.folder.with_name(command.folder.name + "-without-bins")
    folder.mkdir(exist_ok=True)
    environ = {**command.environ, "TRAINYARD_SAMPLED_VALUES": "0"}
    return replace(command, folder=folder, environ=environ)


def _microseconds(server: PinnedServer, request: bytes, seconds: float) -> float:
    """CPU time of the server per answer."""
    before = server.tree.cpu_seconds()
    result = closed_loop(Target(server.port, (request,)), _CONNECTIONS, seconds)
    if result.wrong or not result.latencies:
        raise RuntimeError(f"{result.wrong} wrong answers, {len(result.latencies)} good ones")
    return (server.tree.cpu_seconds() - before) / len(result.latencies) * 1e6


def _summary(pairs: Sequence[tuple[float, float]]) -> dict[str, float | list[float]]:
    more = [100 * (watched / unwatched - 1) for watched, unwatched in pairs]
    low, middle, high = statistics.quantiles(more, n=4)
    return {
        "us_with_bins": round(statistics.median(watched for watched, _ in pairs), 2),
        "us_without": round(statistics.median(unwatched for _, unwatched in pairs), 2),
        "percent_more": round(middle, 2),
        "quartiles": [round(low, 2), round(high, 2)],
    }


if __name__ == "__main__":
    main()
