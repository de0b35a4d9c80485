"""`python -m benchmarks.endurance [memory|mixed]`: exit code 1 when a promise was broken."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

for _folder in ("serving-image", "tests"):
    sys.path.insert(0, str(Path(__file__).parents[2] / _folder))

import uvloop  # noqa: E402

from benchmarks.endurance import worlds  # noqa: E402
from benchmarks.endurance.memory import MOST_KIB, many_requests  # noqa: E402
from benchmarks.endurance.mixed import mixed_run  # noqa: E402
from benchmarks.endurance.picture import drawn  # noqa: E402
from benchmarks.endurance.tally import Tally  # noqa: E402


def main() -> int:
    """Runs what was asked for; 1 when something was not as promised."""
    options = _options()
    found: dict[str, Any] = {}
    faults: list[str] = []
    for run in ("memory", "mixed") if options.run == "both" else (options.run,):
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            measure = _memory if run == "memory" else _mixed
            found[run], broken = measure(options, Path(folder))
        faults += broken
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    for fault in faults:
        print(f"BROKEN {fault}")
    print("nothing lost, nothing wrong, as promised" if not faults else "see above")
    return int(bool(faults))


def _memory(options: argparse.Namespace, folder: Path) -> tuple[dict[str, Any], list[str]]:
    make = worlds.columns if options.model == "columns" else worlds.numbers
    world = make(folder / "bundle")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(many_requests(world, options.requests, folder))
    print(
        f"{result.requests:,} requests in {result.seconds:.0f} s; memory grew by"
        f" {result.growth_kib:.0f} KiB from the second to the last fifth (at most {MOST_KIB})"
    )
    if options.picture:
        options.picture.write_text(drawn(result.samples))
    figures = {
        "requests": result.requests,
        "seconds": round(result.seconds, 1),
        "growthKiB": result.growth_kib,
        "samples": [[s.requests, s.pss, s.anonymous] for s in result.samples],
        **_figures(result.tally),
    }
    return figures, result.faults()


def _mixed(options: argparse.Namespace, folder: Path) -> tuple[dict[str, Any], list[str]]:
    make = worlds.numbers if options.model == "numbers" else worlds.columns
    world = make(folder / "bundle")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(mixed_run(world, options.seconds, folder))
    tally = result.tally
    print(
        f"{tally.total:,} answers in {result.seconds:.0f} s: {tally.lost_count} lost,"
        f" {tally.wrong_count} wrong; {result.scrapes} scrapes; asked again behind a close:"
        f" {tally.asked_again}; exit code {result.exit_code}"
    )
    figures = {"seconds": round(result.seconds, 1), "scrapes": result.scrapes, **_figures(tally)}
    return figures, result.faults()


def _figures(tally: Tally) -> dict[str, Any]:
    return {
        "answers": tally.total,
        "lost": tally.lost_count,
        "wrong": tally.wrong_count,
        "abortedByClients": tally.aborted,
        "askedAgain": tally.asked_again,
        "codes": {str(code): count for code, count in sorted(tally.codes.items())},
        "rows": tally.rows,
        "kinds": dict(sorted(tally.answered.items())),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endurance")
    parser.add_argument("run", nargs="?", default="both", choices=("memory", "mixed", "both"))
    parser.add_argument("--requests", type=int, default=1_000_000, help="of the memory run")
    parser.add_argument("--seconds", type=float, default=600.0, help="of the mixed run")
    parser.add_argument("--model", choices=("numbers", "columns"), help="another than usual")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--picture", type=Path, help="write memory over requests as SVG")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
