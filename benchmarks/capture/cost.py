"""What does it cost a server to capture a tenth of its requests?"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.capture.pods import capturing, collector, server
from benchmarks.serving.bodies import v2_request
from benchmarks.serving.turns import Asked, core_of_servers, rounds_of_turns
from benchmarks.serving.workloads import Workload

_SECONDS, _WARM_UP = 0.3, 1.0
_REST = 0.15
"""Longer than rows wait in the server: what a turn captures is sent before the next begins."""
_T_95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23)
"""Student's t by degrees of freedom, 97.5 %; with more, that of ten, which is wider."""


@dataclass(frozen=True, slots=True)
class Pair:
    """By which factor the server that captures used more CPU time per request, and was slower:
    medians of one pair of processes.
    """

    cpu: float
    rate: float


@dataclass(frozen=True, slots=True)
class Cost:
    """How much more CPU time, and fewer answers a second: mean, lower and upper bound (95 %)."""

    pairs: int
    cpu_percent: tuple[float, float, float]
    throughput_percent: tuple[float, float, float]


def capture_pair(workload: Workload, rounds: int, seed: int) -> Pair:
    """Two servers, begun anew, in turns; one of them captures. `seed`: of the hashes of both."""
    request, hashes = v2_request(workload.table.iloc[:1]), {"PYTHONHASHSEED": str(seed)}
    with (
        core_of_servers() as core,
        collector(workload),
        server(workload, "without", core, hashes) as without,
        server(workload, "with", core, {**hashes, **capturing(workload)}) as captures,
    ):
        asked = {"without": Asked(without, (request,)), "with": Asked(captures, (request,))}
        found = rounds_of_turns(asked, rounds, _SECONDS, _WARM_UP, _REST)

    return Pair(
        cpu=statistics.median([each["with"].cpu / each["without"].cpu for each in found]),
        rate=statistics.median([each["without"].rate / each["with"].rate for each in found]),
    )


def cost_of(pairs: Sequence[Pair]) -> Cost:
    """What the pairs say together: where a process lies in memory alone is worth a per cent or two,
    so that one pair, however long it is asked, says little.
    """
    return Cost(
        len(pairs),
        _percent([pair.cpu for pair in pairs]),
        _percent([pair.rate for pair in pairs]),
    )


def _percent(ratios: Sequence[float]) -> tuple[float, float, float]:
    """The geometric mean and its bounds by Student's t, as per cents beyond 1."""
    logs = [math.log(ratio) for ratio in ratios]
    mean, half = statistics.fmean(logs), math.inf
    if len(logs) > 1:
        t = _T_95[min(len(logs) - 1, len(_T_95)) - 1]
        half = t * statistics.stdev(logs) / math.sqrt(len(logs))
    low, high = math.exp(mean - half), math.exp(mean + half) if half < math.inf else math.inf
    return _rounded(math.exp(mean)), _rounded(low), _rounded(high)


def _rounded(ratio: float) -> float:
    return round(100 * (ratio - 1), 2)
