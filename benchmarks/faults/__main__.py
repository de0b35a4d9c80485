"""`python -m benchmarks.faults --plans N --seed S`: exit code 1 when anything did not hold.

Exit code 2 when there was no end to it, as the API server went.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from benchmarks.control_plane.api_server import PROGRAMS, ApiServerGone
from benchmarks.control_plane.isolation import answer_for_all, apart, is_apart
from benchmarks.faults.campaign import Outcome, all_of, broken, campaign
from benchmarks.faults.options import options_of
from benchmarks.faults.plans import plan_of, without
from benchmarks.faults.report import line, report
from devcluster.places import places_from
from devcluster.programs import Programs
from devcluster.progress import Progress

_MEMORY = Path("/dev/shm")  # noqa: S108
_SOURCE = Path(__file__).parents[2] / "devcluster"


def main() -> int:
    """Does what was asked for."""
    options = options_of(sys.argv[1:])
    programs = _programs()  # built before the network is gone
    if not is_apart(os.environ):
        return apart((sys.executable, "-m", "benchmarks.faults", *sys.argv[1:]))
    answer_for_all()
    began = monotonic()
    memory = _MEMORY if _MEMORY.is_dir() else None
    with TemporaryDirectory(prefix="trainyard-faults-", dir=memory) as folder:
        try:
            outcomes = asyncio.run(_outcomes(options, programs, Path(folder)))
        except ApiServerGone as gone:
            print(f"given up, as the API server is gone: {gone}", file=sys.stderr)
            return 2
        finally:
            _keep_logs(Path(folder), options.logs)
    print(report(outcomes, monotonic() - began))
    return 1 if any(broken(outcomes)) else 0


async def _outcomes(
    options: argparse.Namespace, programs: Mapping[str, Path], folder: Path
) -> Sequence[Outcome]:
    numbers = range(options.first, options.first + options.plans)
    plans = [without(plan_of(options.seed, number), options.without) for number in numbers]
    done = 0

    def told(outcome: Outcome) -> None:
        nonlocal done
        done += 1
        print(line(outcome, done, len(plans)), flush=True)
        for sentence in outcome.broken:
            print(f"  {sentence}", flush=True)

    async with campaign(programs, folder, options.seconds) as place:
        await place.server.outlives(place.compare_with(options.seed))
        lives = all_of(place, plans, options.at_once, told, options.minutes)
        found = await place.server.outlives(lives)
        print(f"the operator ended with {dict(place.operator.ends)}")
        return found


def _keep_logs(folder: Path, target: Path | None) -> None:
    if target is not None:
        target.mkdir(parents=True, exist_ok=True)
        for log in folder.glob("*.log"):
            shutil.copy(log, target / log.name)


def _programs() -> Mapping[str, Path]:
    places = places_from(os.environ, Path.home(), _SOURCE)
    programs = Programs(places, Progress())
    return {name: programs.path(name) for name in PROGRAMS}


if __name__ == "__main__":
    sys.exit(main())
