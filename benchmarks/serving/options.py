"""What was asked on the command line?"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.serving.contender import OURS, Contender

_SECONDS, _ROUNDS = 2.0, 2
_QUICK_SECONDS, _QUICK_ROUNDS = 0.3, 1


def options_of(arguments: Sequence[str], models: Sequence[str]) -> argparse.Namespace:
    """The options; `seconds` and `rounds` are always set. Ends the process when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serving",
        description="Measures the model server beside its peers, on one core.",
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="everything in less than ten minutes: short points")
    add("--seconds", type=float, help=f"per point ({_SECONDS}; quick: {_QUICK_SECONDS})")
    add("--rounds", type=int, help=f"how often everything is measured ({_ROUNDS}; quick: 1)")
    add("--models", default=",".join(models), help="names by comma: %(default)s")
    add("--only", default="", help="beginnings of names of peers, by comma; ours is always there")
    add("--json", type=Path, metavar="FILE", help="write every figure to this file, as it comes")
    add("--picture", type=Path, metavar="FILE", help="write a picture (SVG) to this file")
    add("--from", dest="source", type=Path, metavar="FILE", help="show a file of --json again")
    add("--explain", action="store_true", help="say how each server is set up, and end")
    options = parser.parse_args(arguments)
    options.models = options.models.split(",")
    unknown = [name for name in options.models if name not in models]
    if unknown:
        parser.error(f"--models: {', '.join(unknown)}; there are {', '.join(models)}")
    if options.seconds is None:
        options.seconds = _QUICK_SECONDS if options.quick else _SECONDS
    if options.rounds is None:
        options.rounds = _QUICK_ROUNDS if options.quick else _ROUNDS
    if options.seconds <= 0 or options.rounds < 1:
        parser.error("--seconds and --rounds: expected more than 0")
    return options


def chosen(contenders: Sequence[Contender], only: str) -> tuple[Contender, ...]:
    """Those whose names begin as asked, case aside, and ours. Raises ValueError if none does."""
    beginnings = [part.strip().lower() for part in only.split(",") if part.strip()]
    if not beginnings:
        return tuple(contenders)
    found = tuple(
        each
        for each in contenders
        if each.name == OURS or each.name.lower().startswith(tuple(beginnings))
    )
    if len(found) == 1 and not OURS.lower().startswith(tuple(beginnings)):
        names = ", ".join(each.name for each in contenders)
        raise ValueError(f"--only {only}: nobody's name begins so; there are {names}")
    return found
