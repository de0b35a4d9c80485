"""Writes the dashboards into the chart, or tells whether they are as written (`--check`)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.fleet import fleet
from dashboards.one_model import one_model
from dashboards.operator_itself import operator_itself

FOLDER = Path(__file__).parents[1] / "charts/trainyard/dashboards"


def written() -> dict[str, str]:
    """Return each dashboard as JSON, by the name of its file."""
    encoder = JSONEncoder(sort_keys=True, indent=2)
    made = {"fleet": fleet(), "model": one_model(), "operator": operator_itself()}
    return {f"{name}.json": encoder.encode(d.build()) + "\n" for name, d in made.items()}


def main() -> int:
    """Return 1 where `--check` finds a file that is not as it would be written."""
    parser = argparse.ArgumentParser(prog="python -m dashboards", description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    for name, text in written().items():
        path = FOLDER / name
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            return 1
        if not check:
            path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
