"""Is any captured row lost without being counted, while the collector is killed on the way?"""

from __future__ import annotations

import re
import time
import urllib.request
from dataclasses import dataclass

import pyarrow.parquet as pq

from benchmarks.capture.pods import FOLDER, capturing, collector, server, store
from benchmarks.serving.bodies import v2_request
from benchmarks.serving.load import Target, open_loop
from benchmarks.serving.turns import core_of_servers
from benchmarks.serving.workloads import Workload

_COUNT = re.compile(r"^trainyard_capture_(\w+)_rows_total\{.*\} (\d+)", re.MULTILINE)
_CONNECTIONS = 64
_PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Loss:
    """What became of the rows that were drawn."""

    answered: int
    wrong: int
    sampled: int
    stored: int
    dropped: int
    uncounted: int
    """Drawn, and neither stored nor dropped; or acknowledged and not in the store."""
    in_store: int
    p99_milliseconds: float


def capture_loss(workload: Workload, rate: float, seconds: float) -> Loss:
    """So many requests a second for so long; the collector is killed at half time."""
    request, before = v2_request(workload.table.iloc[:1]), _rows_in_store(workload)
    with core_of_servers() as core, server(workload, "loss", core, capturing(workload)) as found:
        target = Target(found.port, (request,))
        with collector(workload):
            first = open_loop(target, _CONNECTIONS, seconds / 2, rate)
        with collector(workload):
            second = open_loop(target, _CONNECTIONS, seconds / 2, rate)
            counts = _settled(found.port)
    in_store = _rows_in_store(workload) - before
    sampled, stored, dropped = (counts[name] for name in ("sampled", "stored", "dropped"))
    latencies = sorted([*first.latencies, *second.latencies])
    return Loss(
        len(latencies),
        first.wrong + second.wrong,
        sampled,
        stored,
        dropped,
        sampled - stored - dropped + max(0, stored - in_store),
        in_store,
        round(1000 * latencies[int(0.99 * len(latencies))], 2),
    )


def _rows_in_store(workload: Workload) -> int:
    parts = (store(workload) / FOLDER / "bench-1").rglob("*.parquet")
    return sum(pq.read_metadata(path).num_rows for path in parts)


def _settled(port: int) -> dict[str, int]:
    """The counts once nothing is on its way."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as page:
            counts = {name: int(n) for name, n in _COUNT.findall(page.read().decode())}
        done = counts["sampled"] == counts["stored"] + counts["dropped"]
        if done or time.monotonic() > deadline:
            return counts
        time.sleep(0.2)
