"""What was asked on the command line?"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


def options_of(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; ends the process when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.monitoring",
        description="Measures false alarms and power of the monitors, with fixed seeds.",
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the windows and repeats")
    parser.add_argument("--json", action="store_true", help="JSON instead of tables")
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help="only draw what drift looks like (SVG)"
    )
    return parser.parse_args(arguments)
