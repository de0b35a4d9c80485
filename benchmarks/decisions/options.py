"""What was asked on the command line?"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


def options_of(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; ends the process when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.decisions",
        description="Judges simulated rollouts by the operator's rules and by others, fixed seeds.",
    )
    parser.add_argument("--rollouts", type=int, default=1000, help="how many per scenario (1000)")
    parser.add_argument("--quick", action="store_true", help="30 per scenario")
    parser.add_argument("--json", action="store_true", help="JSON instead of tables")
    parser.add_argument("--picture", type=Path, help="where to write an SVG")
    parser.add_argument(
        "--only",
        default="",
        metavar="TEXT",
        help="scenarios with this in their name, none of them quiet",
    )
    found = parser.parse_args(arguments)
    if found.only and found.picture:
        parser.error("--picture shows every scenario: leave --only out")
    found.rollouts = min(found.rollouts, 30) if found.quick else found.rollouts
    return found
