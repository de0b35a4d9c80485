"""python -m benchmarks.batch [--quick] [--rows N] [--models NAME,…] [--who NAME,…] [--json FILE]"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.batch.contenders import ANSWERS, CONTENDERS
from benchmarks.batch.figures import Point, agreement, document, table
from benchmarks.batch.scored_models import MODELS, ScoredModel, scored_model, write_rows
from benchmarks.data.measuring import Cost
from benchmarks.serving.machine import this_machine

_ROWS, _QUICK_ROWS, _WARM_ROWS = 10_000_000, 200_000, 2_000


def main(arguments: Sequence[str]) -> int:
    """Measures, prints the table, and writes the figures; 1 when a contender failed."""
    options = _options(arguments)
    print("\n".join(this_machine().sentences()), flush=True)
    points: list[Point] = []
    with tempfile.TemporaryDirectory(prefix="batch-benchmark-", dir=options.folder) as name:
        folder = Path(name)
        warm, source = folder / "warm.parquet", folder / "rows.parquet"
        with ProcessPoolExecutor(1, get_context("spawn")) as apart:
            # The kernel counts the peak of a process as that of those it starts.
            for path, rows in ((warm, _WARM_ROWS), (source, options.rows)):
                apart.submit(write_rows, path, rows).result()
            models = [apart.submit(scored_model, m, folder).result() for m in options.models]
        for model in models:
            # Once for nothing: Python compiles what it loads for the first time.
            _measured(warm, model, folder, options.who)
            costs, agreed = _measured(source, model, folder, options.who)
            points.append(Point(model.name, options.rows, costs, agreed))
            print(f"measured: {model.name}", flush=True)
            if options.json:
                options.json.write_text(json.dumps(document(points), indent=1))
    print("\n".join(table(points)))
    return int(any(cost.failed for point in points for cost in point.costs.values()))


def _measured(
    source: Path, model: ScoredModel, folder: Path, who: Sequence[str]
) -> tuple[dict[str, Cost], float | None]:
    costs: dict[str, Cost] = {}
    answers: list[Path] = []
    with tempfile.TemporaryDirectory(dir=folder) as work:
        for number, name in enumerate(who):
            place = Path(work) / str(number)
            place.mkdir()
            costs[name] = CONTENDERS[name](source, model, place)
            answers.append(place / ANSWERS)
            if costs[name].failed:
                print(f"{name} failed: {costs[name].failed}", file=sys.stderr)
        agreed = min(shares) if (shares := _shares(answers)) else None
    return costs, agreed


def _shares(answers: Sequence[Path]) -> list[float]:
    """On which share of the rows each of the others says the same as the first."""
    found = (agreement(answers[0], other) for other in answers[1:])
    return [share for share in found if share is not None]


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.batch",
        description="Scores a parquet file on one core, and the same with the same model behind"
        " MLflow's pyfunc over data frames.",
    )
    add = parser.add_argument
    add("--quick", action="store_true", help=f"{_QUICK_ROWS} rows instead of {_ROWS}")
    add("--rows", type=int, help="so many rows")
    add("--models", type=_names, default=list(MODELS), help=f"by comma ({','.join(MODELS)})")
    add("--who", type=_names, default=list(CONTENDERS), help="by comma (all)")
    add("--folder", type=Path, help="where the rows are written for a while")
    add("--json", type=Path, metavar="FILE", help="write every figure to this file")
    options = parser.parse_args(arguments)
    if options.rows is None:
        options.rows = _QUICK_ROWS if options.quick else _ROWS
    return options


def _names(text: str) -> list[str]:
    return text.split(",")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
