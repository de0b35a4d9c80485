"""`python -m benchmarks.serving [--quick] [--json FILE]`: ours and the peers on one core."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

for _folder in ("serving-image", "tests"):
    sys.path.insert(0, str(Path(__file__).parents[2] / _folder))

from benchmarks.serving.contenders import OURS, Contender, contenders  # noqa: E402
from benchmarks.serving.measuring import Figures, Plan, measured  # noqa: E402
from benchmarks.serving.table import rendered  # noqa: E402
from benchmarks.serving.workloads import MODELS, made  # noqa: E402

_SERVER_CORE, _LOAD_CORE = 0, 1


def main() -> int:
    """Runs what was asked for; 1 when a contender could not be measured."""
    options = _options()
    if len(os.sched_getaffinity(0)) < 2 or shutil.which("taskset") is None:
        print("two cores and taskset are needed: one for the server, one for the load")
        return 2
    chosen = [c for c in contenders() if not options.only or _asked_for(c, options.only)]
    plan = Plan(seconds=1.0 if options.quick else 5.0, core=_SERVER_CORE)
    found: dict[str, dict[str, Figures]] = {}
    failed = False
    for name in options.models.split(","):
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workload = made(name, Path(folder))
            os.sched_setaffinity(0, {_LOAD_CORE})
            found[name] = {}
            for _ in range(1 if options.quick else 3):
                # Ours stands at both ends of a round: a machine that slows down slows both.
                for contender in (*chosen, *(c for c in chosen if c.name == OURS)):
                    print(f"{name}: {contender.name}", flush=True)
                    try:
                        before = found[name].get(contender.name)
                        rates = _rates(found[name]) if contender.name == OURS else {}
                        figures = measured(contender, workload, plan, rates)
                        found[name][contender.name] = figures.best_of(before)
                        _write(options.json, found)
                    except Exception:  # noqa: BLE001  (one peer must not end the others)
                        failed = True
                        traceback.print_exc()
            os.sched_setaffinity(0, {_SERVER_CORE, _LOAD_CORE})
    print(rendered(found))
    return int(failed)


def _write(file: Path | None, found: dict[str, dict[str, Figures]]) -> None:
    """Every figure so far stands in the file: a run that is cut short was not for nothing."""
    if file is not None:
        document = {m: {n: f.document() for n, f in of.items()} for m, of in found.items()}
        file.write_text(json.dumps(document, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving")
    parser.add_argument("--quick", action="store_true", help="one round of short points")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--models", default=",".join(MODELS), help="linear,forest")
    parser.add_argument("--only", default="", help="names, or beginnings of names, by comma")
    return parser.parse_args()


def _asked_for(contender: Contender, only: str) -> bool:
    return any(contender.name.startswith(part) for part in (OURS, *only.split(",")))


def _rates(found: dict[str, Figures]) -> dict[str, float]:
    """Half of each peer's best rate: what both are offered in the open loop."""
    return {name: figures.half_rate for name, figures in found.items() if OURS not in name}


if __name__ == "__main__":
    sys.exit(main())
