"""What was asked on the command line?"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.traffic.scenes import SCENES, SWITCHES


def options_of(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; ends the process when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.traffic",
        description="Users ask one model on a real node while releases come and go.",
    )
    add = parser.add_argument
    add("--quick", action="store_true", help=f"a few scenes: {', '.join(SWITCHES)}")
    add("--scene", action="append", choices=list(SCENES), help="this one; may be said again")
    add("--walks", type=int, default=1, help="how often all scenes (%(default)s)")
    add("--rate", type=float, default=300, help="requests a second (%(default)s)")
    add(
        "--plain",
        type=float,
        default=0,
        metavar="R",
        help="requests a second to a plain Deployment of the same server beside it (%(default)s)",
    )
    add("--json", type=Path, metavar="FILE", help="write every figure to this file")
    add("--logs", type=Path, metavar="FOLDER", help="keep the operator's log here")
    options = parser.parse_args(arguments)
    if options.walks < 1 or options.rate <= 0:
        parser.error("--walks and --rate: expected more than 0")
    if options.plain < 0:
        parser.error("--plain: expected 0 or more")
    options.scenes = options.scene or list(SWITCHES if options.quick else SCENES)
    return options
