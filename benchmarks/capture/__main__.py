"""`python -m benchmarks.capture`: what captures cost, and whether a row is lost uncounted.

Cost: two servers share one core, one of them captures a tenth; they are asked in short turns over
64 connections, as `benchmarks.serving.bins_throughput` does, and compared round by round: how much
more CPU time a request costs, and how many fewer are answered in a second; the median, and its
bounds (95 %). Loss: one server that captures a tenth is asked at a fixed rate; halfway the
collector is killed and begins anew. In the end every row that was drawn is stored or counted as
dropped, and the store holds at least what was acknowledged.
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

from benchmarks.capture.cost import capture_cost  # noqa: E402
from benchmarks.capture.loss import capture_loss  # noqa: E402
from benchmarks.serving.models import models  # noqa: E402
from benchmarks.serving.workloads import made  # noqa: E402

MOST_COST_PERCENT = 3.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints both; the exit code is 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 s at the rate, fewer rounds")
    parser.add_argument("--json", action="store_true", help="one line of JSON each")
    parser.add_argument("--rate", type=float, default=1000, help="requests a second")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rounds", type=int, default=200)
    chosen = parser.parse_args(arguments)
    if chosen.quick:
        chosen.seconds, chosen.rounds = 20.0, 30
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workload = made(models()["columns"], Path(folder))
        cost = capture_cost(workload, chosen.rounds)
        loss = capture_loss(workload, chosen.rate, chosen.seconds)
    if chosen.json:
        print(json.dumps({"cost": asdict(cost), "loss": asdict(loss)}))
    else:
        print(f"cost: {cost}")
        print(f"loss: {loss}")
    # The lower bound: on a busy machine the median may be anywhere.
    return int(cost.throughput_percent[1] > MOST_COST_PERCENT or loss.uncounted != 0)


if __name__ == "__main__":
    sys.exit(main())
