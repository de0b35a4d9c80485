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
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

for _folder in ("serving-image", "tests"):
    sys.path.insert(0, str(Path(__file__).parents[2] / _folder))

from benchmarks.serving.bodies import v2_request  # noqa: E402
from benchmarks.serving.commands import ours  # noqa: E402
from benchmarks.serving.models import models  # noqa: E402
from benchmarks.serving.paired import median_with_bounds, undisturbed  # noqa: E402
from benchmarks.serving.process import PinnedServer  # noqa: E402
from benchmarks.serving.turns import (  # noqa: E402
    READY,
    Asked,
    Rounds,
    core_of_servers,
    rounds_of_turns,
)
from benchmarks.serving.workloads import Workload, made  # noqa: E402
from modelserver.settings import Telemetry  # noqa: E402

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
                with core_of_servers() as core, ExitStack() as stack:
                    servers = {
                        kind: stack.enter_context(_started(workload, kind, core))
                        for kind in _SERVERS
                    }
                    asked = {kind: Asked(server, (request,)) for kind, server in servers.items()}
                    found = rounds_of_turns(asked, chosen.rounds, chosen.seconds, chosen.warm_up)
                line = {"model": name, "rows": rows, **_summary(found)}
                print(json.dumps(line), flush=True)


def _summary(found: Rounds) -> dict[str, object]:
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
    rows = Telemetry().rows_per_second // len(_SERVERS) if kind == "bins" else 0
    environ = {"TRAINYARD_SAMPLED_ROWS": str(rows)}
    folder = workload.folder / kind.replace(" ", "-")
    folder.mkdir(exist_ok=True)
    command = replace(command, folder=folder, environ={**command.environ, **environ})
    with PinnedServer(command, core, READY) as server:
        yield server


if __name__ == "__main__":
    main()
