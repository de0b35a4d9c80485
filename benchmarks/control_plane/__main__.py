"""`python -m benchmarks.control_plane [--quick] [--json FILE]`: the operator and its fleet."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.control_plane.api_server import PROGRAMS
from benchmarks.control_plane.figures import Episode, Figures
from benchmarks.control_plane.isolation import answer_for_all, apart, is_apart
from benchmarks.control_plane.measuring import Measuring
from benchmarks.control_plane.options import deployment_of, extent_of, options_of
from benchmarks.control_plane.picture import drawn
from benchmarks.control_plane.report import Report, report_of, shown
from benchmarks.control_plane.stage import Fleet, stage
from benchmarks.serving.machine import this_machine
from devcluster.places import places_from
from devcluster.programs import Programs
from devcluster.progress import Progress

_MEMORY = Path("/dev/shm")  # noqa: S108
_SOURCE = Path(__file__).parents[2] / "devcluster"


def main() -> int:
    """Does what was asked for."""
    options = options_of(sys.argv[1:])
    if options.source is not None:
        report = report_of(options.source.read_text())
    else:
        programs = _programs()  # built before the network is gone
        if not is_apart(os.environ):
            return apart((sys.executable, "-m", "benchmarks.control_plane", *sys.argv[1:]))
        answer_for_all()
        report = asyncio.run(_measured(options, programs))
    print(shown(report))
    if options.picture is not None:
        options.picture.write_text(drawn(report.sizes))
    return 0


def _programs() -> Mapping[str, Path]:
    places = places_from(os.environ, Path.home(), _SOURCE)
    programs = Programs(places, Progress())
    return {name: programs.path(name) for name in PROGRAMS}


async def _measured(options: argparse.Namespace, programs: Mapping[str, Path]) -> Report:
    """What a run finds; the file holds every figure so far, should it be cut short."""
    machine, sizes = this_machine(), list[Figures]()
    report = Report(machine, options.namespaces, sizes)
    print("\n".join(machine.sentences()), flush=True)
    for models in options.models:
        fleet = Fleet(models, options.namespaces, deployment_of(options.quick))
        with TemporaryDirectory(prefix="trainyard-benchmark-", dir=_memory()) as folder:
            try:
                sizes.append(await _size(fleet, programs, Path(folder), options))
            finally:
                _keep_logs(Path(folder), options.logs)
        if options.json is not None:
            options.json.write_text(report.text())
    return report


async def _size(
    fleet: Fleet, programs: Mapping[str, Path], folder: Path, options: argparse.Namespace
) -> Figures:
    def told(name: str, episode: Episode) -> None:
        print(
            f"{fleet.models:,} models, {name}: {episode.cpu:.2f} s of CPU in {episode.wall:.1f} s,"
            f" {episode.asked()} requests, {episode.woken():.0f} passes,"
            f" loop held {episode.lag_ms:.0f} ms",
            flush=True,
        )

    print(f"{fleet.models:,} models: seeding", flush=True)
    async with stage(programs, fleet, folder) as place:
        measuring = Measuring(place, extent_of(options.quick, options.window), told)
        return await (measuring.run_monitored() if options.only else measuring.run())


def _memory() -> Path | None:
    """A folder in memory, where there is one: etcd then waits for no disk."""
    return _MEMORY if _MEMORY.is_dir() else None


def _keep_logs(folder: Path, target: Path | None) -> None:
    if target is not None:
        target.mkdir(parents=True, exist_ok=True)
        for log in folder.glob("*.log"):
            shutil.copy(log, target / log.name)


if __name__ == "__main__":
    sys.exit(main())
