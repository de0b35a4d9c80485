"""What was asked on the command line?"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.faults.plans import Kind


def options_of(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; ends the process when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.faults",
        description="Lives models through faults between operator and API server.",
    )
    add = parser.add_argument
    add("--plans", type=int, default=50, metavar="N", help="how many (%(default)s)")
    add("--seed", type=int, default=1, metavar="S", help="what they are drawn from (%(default)s)")
    add("--first", type=int, default=0, metavar="K", help="the number of the first (%(default)s)")
    add(
        "--at-once", type=int, default=12, metavar="N", help="lives beside each other (%(default)s)"
    )
    add("--minutes", type=float, default=1e6, help="after which no further life begins")
    add("--seconds", type=float, default=300, help="without a write are the end (%(default)s)")
    add(
        "--without",
        type=Kind,
        choices=list(Kind),
        action="append",
        default=[],
        metavar="KIND",
        help=f"leave out faults of this kind: {', '.join(Kind)}; may be said again",
    )
    add("--logs", type=Path, metavar="FOLDER", help="keep the logs of every process here")
    options = parser.parse_args(arguments)
    for name in ("plans", "at_once", "minutes", "seconds"):
        if getattr(options, name) <= 0:
            parser.error(f"--{name.replace('_', '-')}: expected more than 0")
    return options
