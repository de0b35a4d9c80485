"""From which width on do bytes pay? `python -m benchmarks.serving.bytes_beside_json`.

One server as the image starts it, on a core of its own, with a logistic regression of so many
columns. The same rows are sent as JSON and as binary tensors, in short turns over 64 connections,
closed loop, from another core; which comes first in a round is decided by lot. `digits` are those
of the numbers that are sent: a measured value has few, a computed one all seventeen.

`us_*` is the CPU time of the server (user and system) per request in microseconds, mean of the
quickest quarter of its turns; `ratio_cpu` and `ratio_rate` are JSON divided by bytes, and answers a
second in bytes divided by those in JSON: the median over the rounds, and between which bounds it
lies with 95 %.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

for _folder in ("serving-image", "tests"):
    sys.path.insert(0, str(Path(__file__).parents[2] / _folder))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import serving_bundles as bundles  # noqa: E402

from benchmarks.serving.bodies import v2_binary_request, v2_request  # noqa: E402
from benchmarks.serving.commands import ours  # noqa: E402
from benchmarks.serving.models import Model, linear  # noqa: E402
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

_ROWS = 1200
_DIFFERENT_REQUESTS = 8
_FORMS = {"json": v2_request, "bytes": v2_binary_request}


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints one line of JSON per width and number of digits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--columns", default="10,30,100,300")
    parser.add_argument("--digits", default="4,17")
    parser.add_argument("--rows", type=int, default=32, help="of a request")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=0.3, help="of a turn")
    parser.add_argument("--warm-up", type=float, default=1.0, help="seconds, for each form")
    chosen = parser.parse_args(arguments)
    for digits in map(int, chosen.digits.split(",")):
        for columns in map(int, chosen.columns.split(",")):
            with tempfile.TemporaryDirectory() as folder:
                model = Model("", linear, partial(_made_up, columns, digits), ("onnx",))
                found = _measured(made(model, Path(folder)), chosen)
            what = {"columns": columns, "digits": digits, "rows": chosen.rows}
            print(json.dumps({**what, **found}), flush=True)


def _made_up(columns: int, digits: int) -> bundles.Data:
    """Numbers from a seed with so many significant digits, and two classes of them."""
    random = np.random.default_rng(7)
    numbers = random.normal(size=(_ROWS, columns))
    target = (numbers[:, :5].sum(axis=1) + random.normal(size=_ROWS) > 0).astype(np.int64)
    rounded = np.array([[float(f"{value:.{digits}g}") for value in row] for row in numbers])
    names = [f"column_{position}" for position in range(columns)]
    return bundles.Data(pd.DataFrame(rounded, columns=names), target, bundles.floats(names))


def _measured(workload: Workload, chosen: argparse.Namespace) -> dict[str, Any]:
    tables = [table for _, table in workload.batches(chosen.rows) if len(table) == chosen.rows]
    with core_of_servers() as core, PinnedServer(ours(workload), core, READY) as server:
        asked = {
            form: Asked(server, tuple(map(request, islice(tables, _DIFFERENT_REQUESTS))))
            for form, request in _FORMS.items()
        }
        return _summary(rounds_of_turns(asked, chosen.rounds, chosen.seconds, chosen.warm_up))


def _summary(found: Rounds) -> dict[str, Any]:
    said: dict[str, Any] = {
        f"us_{form}": round(1e6 * undisturbed([each[form].cpu for each in found]), 1)
        for form in _FORMS
    }
    said["ratio_cpu"] = _bounds([each["json"].cpu / each["bytes"].cpu for each in found])
    said["ratio_rate"] = _bounds([each["bytes"].rate / each["json"].rate for each in found])
    return said


def _bounds(ratios: Sequence[float]) -> list[float]:
    return [round(ratio, 2) for ratio in median_with_bounds(ratios)]


if __name__ == "__main__":
    main()
