"""`python -m benchmarks.page`: the page of 200 models on an API server of its own.

Bars: an answer within 100 ms at the 99th percentile, a change that is shown within 2 s.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.control_plane.api_server import PROGRAMS, api_server
from benchmarks.control_plane.fleet import define
from benchmarks.control_plane.isolation import answer_for_all, apart, is_apart
from benchmarks.page.measuring import PageFigures, measured
from benchmarks.page.terminal import TerminalFigures, measured_in_terminal
from benchmarks.serving.machine import this_machine
from devcluster.places import places_from
from devcluster.programs import Programs
from devcluster.progress import Progress

ANSWER_MILLISECONDS, CHANGE_MILLISECONDS = 100, 2000
_SOURCE = Path(__file__).parents[2] / "devcluster"


def main() -> int:
    """Print what was measured; the exit code is 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--models", type=int, default=200, help="(%(default)s)")
    parser.add_argument("--repeats", type=int, default=500, help="of each question (%(default)s)")
    parser.add_argument(
        "--terminal", action="store_true", help="measure `trainyard get -w` instead"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    chosen = parser.parse_args()
    programs = Programs(places_from(os.environ, Path.home(), _SOURCE), Progress())
    paths = {name: programs.path(name) for name in PROGRAMS}  # built before the network is gone
    if not is_apart(os.environ):
        return apart((sys.executable, "-m", "benchmarks.page", *sys.argv[1:]))
    answer_for_all()
    if chosen.terminal:
        watched = asyncio.run(_in_terminal(paths))
        print(json.dumps(asdict(watched)))
        return int(watched.most_milliseconds > 1000 or watched.idle_percent > 2)
    figures = asyncio.run(_run(paths, chosen.models, chosen.repeats))
    print(json.dumps(asdict(figures)) if chosen.json else _told(figures))
    return int(
        max(figures.fleet.p99, figures.one_model.p99) > ANSWER_MILLISECONDS
        or figures.change.p99 > CHANGE_MILLISECONDS
    )


async def _run(programs: Mapping[str, Path], models: int, repeats: int) -> PageFigures:
    with TemporaryDirectory(prefix="trainyard-benchmark-") as folder:
        async with api_server(programs, Path(folder)) as server:
            await define(server.api, with_status=False)
            return await measured(server, models, repeats)


async def _in_terminal(programs: Mapping[str, Path]) -> TerminalFigures:
    with TemporaryDirectory(prefix="trainyard-benchmark-") as folder:
        async with api_server(programs, Path(folder)) as server:
            await define(server.api, with_status=False)
            return await measured_in_terminal(server)


def _told(figures: PageFigures) -> str:
    questions = {
        "all models": figures.fleet,
        "one model": figures.one_model,
        "a change is shown": figures.change,
    }
    ready = figures.ready_seconds
    lines = [
        *this_machine().sentences(),
        f"{figures.models} models, ready in {ready:.1f} s, {figures.memory_mib} MiB",
        *(
            f"{words}: {t.median} ms, p99 {t.p99} ms ({t.p99_at_work} ms without the queue for a"
            f" processor), {t.cpu} ms of CPU each ({t.asked})"
            for words, t in questions.items()
        ),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
