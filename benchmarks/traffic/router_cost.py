"""`python -m benchmarks.traffic.router_cost`: exit code 1 when a router costs too much."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

for _folder in ("serving-image", "training-image", "tests", "operator"):
    sys.path.insert(0, str(Path(__file__).parents[2] / _folder))

from benchmarks.traffic.proxying import router_cost  # noqa: E402


def main(arguments: Sequence[str]) -> int:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.traffic.router_cost")
    parser.add_argument("--rounds", type=int, default=60, help="each a second long (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cost = router_cost(options.rounds)
    print(cost.sentence())
    if options.json is not None:
        options.json.write_text(json.dumps(asdict(cost), indent=1))
    return 0 if cost.holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
