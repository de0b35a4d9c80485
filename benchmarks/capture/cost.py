"""What does it cost a server to capture a tenth of its requests?"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.capture.pods import capturing, collector, server
from benchmarks.serving.bodies import v2_request
from benchmarks.serving.paired import median_with_bounds
from benchmarks.serving.turns import Asked, core_of_servers, rounds_of_turns
from benchmarks.serving.workloads import Workload

_SECONDS, _WARM_UP = 0.1, 1.5


@dataclass(frozen=True, slots=True)
class Cost:
    """How much more CPU time, and fewer answers a second: median, lower and upper bound."""

    cpu_percent: tuple[float, ...]
    throughput_percent: tuple[float, ...]
    """The bounds enclose the median with 95 %."""
    requests_per_second: int
    """Of the server that captures, the quickest turn."""


def capture_cost(workload: Workload, rounds: int) -> Cost:
    """Two servers in turns, of which one captures."""
    request = v2_request(workload.table.iloc[:1])
    with (
        core_of_servers() as core,
        collector(workload),
        server(workload, "without", core, {}) as without,
        server(workload, "with", core, capturing(workload)) as captures,
    ):
        asked = {"without": Asked(without, (request,)), "with": Asked(captures, (request,))}
        found = rounds_of_turns(asked, rounds, _SECONDS, _WARM_UP)
    return Cost(
        _percent([each["with"].cpu / each["without"].cpu for each in found]),
        _percent([each["without"].rate / each["with"].rate for each in found]),
        round(max(each["with"].rate for each in found)),
    )


def _percent(ratios: list[float]) -> tuple[float, ...]:
    return tuple(round(100 * (ratio - 1), 2) for ratio in median_with_bounds(ratios))
