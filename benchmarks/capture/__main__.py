"""`python -m benchmarks.capture`: what captures cost, and whether a row is lost uncounted.

Cost: two servers share one core, one of them captures a tenth; they are asked in short turns over
64 connections, as `benchmarks.serving.bins_throughput` does, and compared: how much more CPU time a
request costs, sending what was captured included, and how many fewer are answered in a second. Both
are begun anew for each pair; told are the mean over the pairs and its bounds (95 %). The client and
the collector share the other core. Loss: one server that captures a tenth is asked at a fixed rate;
halfway the collector is killed and begins anew. In the end every row that was drawn is stored or
counted as dropped, and the store holds at least what was acknowledged.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

for _folder in ("serving-image", "training-image", "tests"):
    sys.path.insert(0, str(Path(__file__).parents[2] / _folder))

from benchmarks.capture.cost import Pair, capture_pair, cost_of  # noqa: E402
from benchmarks.capture.loss import capture_loss  # noqa: E402
from benchmarks.serving.models import models  # noqa: E402
from benchmarks.serving.workloads import Workload, made  # noqa: E402

MOST_COST_PERCENT = 3.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was asked for; the exit code is 1 when a bar is missed."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workload = made(models()["columns"], Path(folder))
        is_dear = options.only != "loss" and _is_dear(workload, options)
        is_lost = options.only != "cost" and _is_lost(workload, options)
    return int(is_dear or is_lost)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 s at the rate, fewer pairs")
    parser.add_argument("--only", choices=("cost", "loss"), help="measure one of the two")
    parser.add_argument("--rate", type=float, default=1000, help="requests a second")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--pairs", type=int, default=20, help="of servers (%(default)s)")
    parser.add_argument("--rounds", type=int, default=10, help="of each pair (%(default)s)")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FILE",
        help="add the pairs to those of this file, and tell all",
    )
    options = parser.parse_args(arguments)
    if options.quick:
        options.seconds, options.pairs = 20.0, 3
    return options


def _is_dear(workload: Workload, options: argparse.Namespace) -> bool:
    pairs = _kept(options.keep)
    for _ in range(options.pairs):
        pairs.append(capture_pair(workload, options.rounds, len(pairs)))
        if options.keep is not None:
            options.keep.write_text("".join(json.dumps(asdict(pair)) + "\n" for pair in pairs))
    cost = cost_of(pairs)
    print(f"cost: {cost}")
    # The lower bound: on a busy machine the mean may be anywhere.
    return cost.throughput_percent[1] > MOST_COST_PERCENT


def _kept(path: Path | None) -> list[Pair]:
    if path is None or not path.exists():
        return []
    return [Pair(**json.loads(line)) for line in path.read_text().splitlines()]


def _is_lost(workload: Workload, options: argparse.Namespace) -> bool:
    loss = capture_loss(workload, options.rate, options.seconds)
    print(f"loss: {loss}")
    return loss.uncounted != 0


if __name__ == "__main__":
    sys.exit(main())
