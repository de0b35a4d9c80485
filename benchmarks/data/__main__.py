"""python -m benchmarks.data [--quick] [--rows N,N] [--cores N,N] [--turns N] [--alone]
[--json FILE] [--picture FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.data.bars import bars
from benchmarks.data.contenders import CONTENDERS, OURS, Contenders
from benchmarks.data.measuring import Cost, cost_of, least
from benchmarks.data.picture import drawn
from benchmarks.data.report import Point, document, table
from benchmarks.data.tables import write_tables
from benchmarks.serving.machine import this_machine

_ROWS, _QUICK_ROWS = "1000000,10000000", "200000"
_WARM_ROWS = 2000


def main(arguments: Sequence[str]) -> int:
    """Measures, prints the table, and writes the figures; 1 when a contender failed."""
    options = _options(arguments)
    figures: dict[Point, dict[str, Cost]] = {}
    print("\n".join(this_machine().sentences()), flush=True)
    with tempfile.TemporaryDirectory(prefix="data-benchmark-", dir=options.folder) as name:
        folder = Path(name)
        # Once for nothing: Python compiles what it loads for the first time.
        contenders = {OURS: CONTENDERS[OURS]} if options.alone else CONTENDERS
        _measured(contenders, _written(folder, _WARM_ROWS)[0], 1, folder, 1)
        for rows in options.rows:
            for source in _written(folder, rows):
                for cores in options.cores:
                    point = Point(rows, source.suffix[1:], cores)
                    figures[point] = _measured(contenders, source, cores, folder, options.turns)
                    print(f"measured: {point.name}", flush=True)
                    _write(options, figures)
    print(table(figures))
    for bar in bars(figures):
        print(f"- {bar}")
    return int(any(cost.failed for costs in figures.values() for cost in costs.values()))


def _written(folder: Path, rows: int) -> tuple[Path, Path]:
    """The tables, written by another process: the kernel counts the peak of the process that
    starts one as that of the one it starts.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as writer:
        return writer.submit(write_tables, folder, rows).result()


def _measured(
    contenders: Contenders, source: Path, cores: int, folder: Path, turns: int
) -> dict[str, Cost]:
    costs: dict[str, list[Cost]] = {who: [] for who in contenders}
    for _ in range(turns):
        for who, run_of in contenders.items():
            with tempfile.TemporaryDirectory(dir=folder) as work:
                run = run_of(source, Path(work))
                cost = cost_of(run.command, run.environment, cores, Path(work) / "output")
            costs[who].append(cost)
            if cost.failed:
                print(f"{who} failed: {cost.failed}", file=sys.stderr)
    return {who: least(of) for who, of in costs.items()}


def _write(options: argparse.Namespace, figures: dict[Point, dict[str, Cost]]) -> None:
    if options.json:
        options.json.write_text(json.dumps(document(figures), indent=1))
    if options.picture:
        options.picture.write_text(drawn(figures))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.data",
        description="Measures a refresh beside pandas with pandera or Great Expectations: the same"
        " checks, profile and split.",
    )
    add = parser.add_argument
    add("--quick", action="store_true", help=f"{_QUICK_ROWS} rows alone")
    add("--rows", type=_numbers, help=f"by comma ({_ROWS})")
    add("--cores", type=_numbers, default=[1, 2], help="by comma (1,2)")
    add("--turns", type=int, default=1, help="of which each one's least counts (1)")
    add("--alone", action="store_true", help="ours alone, for example in a cgroup")
    add("--folder", type=Path, help="where the tables are written for a while")
    add("--json", type=Path, metavar="FILE", help="write every figure to this file")
    add("--picture", type=Path, metavar="FILE", help="draw the costs as SVG")
    options = parser.parse_args(arguments)
    if options.rows is None:
        options.rows = _numbers(_QUICK_ROWS if options.quick else _ROWS)
    return options


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
