"""`python -m benchmarks.estimators [NAME …]`: exit code 1 when an answer differs.

Names are parts of the recipes' names; without any, all recipes are tried. `--json FILE` keeps what
was found, and recipes that it holds already are not tried again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

for _folder in ("serving-image", "training-image", "tests", "operator"):
    sys.path.insert(0, str(Path(__file__).parents[2] / _folder))

from benchmarks.estimators.asking import distance, expected_of  # noqa: E402
from benchmarks.estimators.place import Place, a_place  # noqa: E402
from benchmarks.estimators.recipes import ROWS, Row  # noqa: E402
from benchmarks.estimators.report import Line, read, shown, write  # noqa: E402
from benchmarks.estimators.stored import Data  # noqa: E402


def main(arguments: Sequence[str]) -> int:
    """Does what was asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks.estimators", description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--at-once", type=int, default=3, help="so many recipes run beside another")
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args(arguments)
    found = read(options.json) if options.json is not None else {}
    rows = [row for row in ROWS if row.name not in found and _named(row, options.names)]
    with TemporaryDirectory(prefix="trainyard-estimators-") as folder:
        if rows:
            with a_place(Path(folder), sorted({row.data for row in rows})) as place:
                for line in swept(place, rows, options.at_once):
                    found[line.name] = line
                    print(shown([line]).splitlines()[2], flush=True)
                    if options.json is not None:
                        write(options.json, found)
    print(shown(found.values()))
    return 0 if all(line.holds for line in found.values()) else 1


def _named(row: Row, names: Sequence[str]) -> bool:
    return not names or any(name in row.name for name in names)


def swept(place: Place, rows: Sequence[Row], at_once: int) -> Iterator[Line]:
    """A line for each recipe; the next ones are there while the first is asked."""
    data = {name: place.data(name) for name in sorted({row.data for row in rows})}
    waiting = list(enumerate(rows))
    under_way: list[tuple[int, Row]] = []
    while waiting or under_way:
        while waiting and len(under_way) < at_once:
            number, row = waiting.pop(0)
            place.bring(f"row-{number}", row.data, {"estimator": row.estimator})
            under_way.append((number, row))
        number, row = under_way.pop(0)
        yield _line(place, f"row-{number}", row, data[row.data])


def _line(place: Place, name: str, row: Row, data: Data) -> Line:
    served = place.served(name, data)
    if served.answers is None:
        return Line(row.name, row.data, "", 0, 0, 0.0, served.fault)
    expected = expected_of(row.by_hand(), data.train, data.test, data.names)
    far = distance(served.answers, expected)
    return Line(row.name, row.data, served.runtime, far.rows, far.labels, far.numbers)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
