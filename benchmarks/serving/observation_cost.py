"""What does watching cost? `python -m benchmarks.serving.observation_cost`.

Three servers in one process, without sockets but with everything behind them: one that watches
nothing of its batches, one that counts batches, waiting and stages, and one that counts live
values in bins besides. They are asked in short turns, 64 requests at a time, and the CPU time of a
turn (user and system) is divided by its requests. What else the machine does falls on all of them
alike; the figures are means of the quickest quarter of the turns, and percent of the one that
watches nothing. `bins_median` compares the two servers round by round: the median of the percent,
and between which bounds it lies with 95 %; two servers that do the same may differ by a percent or
two, by where their memory lies. `percent_in_sampling` is what the clock says: the time from
handing a batch to the sampling until it returns, per time of the turns. Before, the servers are
kept busy until the sampling has found the chance of a row. A socket costs more and shares no work
with what is measured: `benchmarks.serving.bins_throughput` measures the shares of real servers.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvloop

from benchmarks.serving.bodies import V2_PATH, v2_request
from benchmarks.serving.models import models
from benchmarks.serving.paired import median_with_bounds, undisturbed
from benchmarks.serving.workloads import Workload, made
from modelbundle.prediction import Prediction
from modelbundle.reference_profile import read_profile
from modelbundle.rows import Rows
from modelserver.batches.batching import Batcher
from modelserver.core import Core
from modelserver.error_log import ErrorLog
from modelserver.http.connections import Connections
from modelserver.http.http_api import HttpApi
from modelserver.http.http_connection import Connection, Listening
from modelserver.http.outbox import Outbox
from modelserver.http.wire import Wire
from modelserver.metrics.batch_metrics import BatchMetrics
from modelserver.metrics.serving_metrics import ServingMetrics
from modelserver.payloads.answers import ModelIdentity
from modelserver.requests.body import Budget
from modelserver.requests.concurrency import ConcurrencyLimit
from modelserver.requests.lifecycle import Lifecycle
from modelserver.requests.server_context import ServerContext
from modelserver.settings import BundleSettings, Limits, Telemetry
from modelserver.startup import ReadyModel, ready_model
from modelserver.telemetry.live_bins import LiveBins
from modelserver.telemetry.row_sampling import RowSampling

_AT_ONCE = 64
_NAMES = ("nothing", "batches", "bins")


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints one line of JSON per model and number of rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="linear,columns")
    parser.add_argument("--rows", default="1,32")
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--waves", type=int, default=2, help="of a turn, 64 requests each")
    parser.add_argument("--warm-up", type=float, default=3.0, help="seconds, for all together")
    chosen = parser.parse_args(arguments)
    for name in chosen.models.split(","):
        with tempfile.TemporaryDirectory() as folder:
            workload = made(models()[name], Path(folder))
            for rows in map(int, chosen.rows.split(",")):
                request = v2_request(workload.table.iloc[:rows])
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    found = runner.run(_rounds(workload, request, chosen))
                print(json.dumps({"model": name, "rows": rows, **found}), flush=True)


class _NotWatching(BatchMetrics):
    """Counts nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.decoded = lambda value: None  # noqa: ARG005

    def predicted(self, rows: int, started: float, ended: float) -> None:
        """Not counted."""

    def waited(self, submitted: Sequence[float], started: float, known: float) -> None:
        """Not counted."""

    def encoded(self, requests: int, seconds: float) -> None:
        """Not counted."""


class _Sink(asyncio.Transport):
    """Where answers go."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = 0

    def write(self, data: object) -> None:
        """One answer more."""
        assert bytes(data[9:12]) == b"200"  # type: ignore[index]  # noqa: S101
        self.answers += 1

    def is_closing(self) -> bool:
        """Never."""
        return False


class _Timed:
    """Sampling with a clock: how much of the time of its server's turns it took.

    Its budget is per second of a core that one server has. So its own clock stands still between
    the turns; within one it is that of the wall, which costs less to read than that of the CPU.
    """

    def __init__(self, sampling: RowSampling) -> None:
        self._sampling = sampling
        self._offset = self._used = 0.0
        self.inside = 0.0
        self.busy = 0.0

    def __call__(self, rows: Rows, said: Prediction, now: float) -> None:
        """Sampled, and timed."""
        begun = time.perf_counter()
        self._sampling(rows, said, now - self._offset)
        self.inside += time.perf_counter() - begun

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A turn of its server."""
        begun, used = time.perf_counter(), time.process_time()
        self._offset = begun - self._used
        yield
        self._used += time.process_time() - used
        self.busy += time.perf_counter() - begun


class _Server:
    """A server without sockets."""

    def __init__(self, workload: Workload, model: ReadyModel, name: str) -> None:
        signature, limits = model.runtime.signature, Limits()
        bins = LiveBins(read_profile(workload.folder / "bundle"), signature)
        self.sampling = _Timed(RowSampling(bins, Telemetry().rows_per_second, random.random))
        metrics = _NotWatching() if name == "nothing" else BatchMetrics()
        shown = self.sampling if name == "bins" else None
        self.batcher = Batcher(model.runtime, limits.batch_rows, time.perf_counter, metrics, shown)
        server = ServerContext(
            lifecycle=Lifecycle(),
            metrics=ServingMetrics(),
            limits=limits,
            log=ErrorLog(time.monotonic),
            clock=time.perf_counter,
            concurrency=ConcurrencyLimit(limits.concurrency),
            budget=Budget(limits.all_bodies_bytes),
        )
        identity = ModelIdentity(V2_PATH.split("/")[3], "bench-1", workload.digest)
        outbox = Outbox()
        core = Core(identity, signature, self.batcher, limits.request_rows)
        api = HttpApi(core, {}, server, outbox)
        shared = Listening(api, Connections(time.monotonic()), limits, Wire(identity), outbox)
        self._sink = _Sink()
        self._connections = [Connection(shared) for _ in range(_AT_ONCE)]
        for connection in self._connections:
            connection.connection_made(self._sink)

    async def turn(self, request: bytes, waves: int) -> float:
        """CPU time per request in microseconds."""
        with self.sampling.turn():
            return await self._turn(request, waves)

    async def _turn(self, request: bytes, waves: int) -> float:
        sink = self._sink
        wanted = sink.answers
        started = time.process_time_ns()
        for _ in range(waves):
            for connection in self._connections:
                connection.data_received(request)
            wanted += _AT_ONCE
            while sink.answers < wanted:  # noqa: ASYNC110  (each turn of the loop counts)
                await asyncio.sleep(0)
        return (time.process_time_ns() - started) / (waves * _AT_ONCE) / 1000


async def _rounds(
    workload: Workload, request: bytes, chosen: argparse.Namespace
) -> dict[str, object]:
    """What rounds of all servers give, in each of which they take turns by lot."""
    model = ready_model(BundleSettings(workload.digest, workload.folder / "bundle"))
    servers = [_Server(workload, model, name) for name in _NAMES]
    gc.collect()
    gc.freeze()
    warm = time.monotonic() + chosen.warm_up
    while time.monotonic() < warm:
        for server in servers:
            await server.turn(request, chosen.waves)
    sampling = servers[-1].sampling
    sampling.inside = sampling.busy = 0.0
    found = []
    for _ in range(chosen.rounds):
        times = [0.0] * len(servers)
        for position in random.sample(range(len(servers)), len(servers)):
            times[position] = await servers[position].turn(request, chosen.waves)
        found.append(times)
    for server in servers:
        server.batcher.close()
    share = 100 * sampling.inside / sampling.busy
    return {**_summary(found), "percent_in_sampling": round(share, 2)}


def _summary(found: Sequence[Sequence[float]]) -> dict[str, object]:
    times = [undisturbed([each[position] for each in found]) for position in range(len(_NAMES))]
    summary: dict[str, object] = {
        f"us_{name}": round(time_, 2) for name, time_ in zip(_NAMES, times, strict=True)
    }
    for name, time_ in zip(_NAMES[1:], times[1:], strict=True):
        summary[f"percent_{name}"] = round(100 * (time_ / times[0] - 1), 2)
    summary["percent_bins_alone"] = round(100 * (times[2] / times[1] - 1), 2)
    pairs = [100 * (each[2] / each[1] - 1) for each in found]
    summary["bins_median"] = [round(value, 2) for value in median_with_bounds(pairs)]
    return summary


if __name__ == "__main__":
    main()
