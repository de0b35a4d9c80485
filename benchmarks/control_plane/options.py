"""What was asked on the command line?"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.control_plane.figures import MONITORED
from benchmarks.control_plane.kube_api import Raw
from benchmarks.control_plane.measuring import Extent

_SIZES, _QUICK_SIZES = "100,1000,5000", "20,100"


def options_of(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; ends the process when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.control_plane",
        description="Measures the operator on an API server of its own, with played pods.",
    )
    add = parser.add_argument
    add("--quick", action="store_true", help=f"{_QUICK_SIZES} models, short rollouts, few of them")
    add("--models", help=f"sizes of the fleet, by comma ({_SIZES}; quick: {_QUICK_SIZES})")
    add("--namespaces", type=int, default=1, help="over which the models are spread (%(default)s)")
    add("--only", choices=(MONITORED,), help="this episode alone, of a fleet that has settled")
    add(
        "--window",
        type=int,
        metavar="SECONDS",
        help="of its monitors (60; quick: 10; 0: as by default)",
    )
    add("--json", type=Path, metavar="FILE", help="write every figure to this file, as it comes")
    add("--picture", type=Path, metavar="FILE", help="write a picture (SVG) to this file")
    add("--from", dest="source", type=Path, metavar="FILE", help="show a file of --json again")
    add("--logs", type=Path, metavar="FOLDER", help="keep the logs of every process here")
    options = parser.parse_args(arguments)
    sizes = options.models or (_QUICK_SIZES if options.quick else _SIZES)
    if not all(size.strip().isdigit() and int(size) for size in sizes.split(",")):
        parser.error(f"--models {sizes}: expected numbers by comma, as in {_SIZES}")
    options.models = sorted(int(size) for size in sizes.split(","))
    if not 1 <= options.namespaces <= options.models[0]:
        parser.error(f"--namespaces {options.namespaces}: expected 1 to {options.models[0]}")
    return options


def extent_of(quick: bool, window: int | None = None) -> Extent:
    """How much is measured."""
    seconds = window if window is not None else 10 if quick else 60
    if quick:
        return Extent(15, creates=5, rollouts=5, monitored_seconds=25, window_seconds=seconds)
    return Extent(60, creates=20, rollouts=20, monitored_seconds=180, window_seconds=seconds)


def deployment_of(quick: bool) -> Raw:
    """The spec of every ModelDeployment, beside the model: how it is released."""
    seconds, interval, requests = (5, 5, 50) if quick else (60, 15, 300)
    steps = [{"weightPercent": weight, "minSeconds": seconds} for weight in (20, 50)]
    return {
        "rollout": {"steps": steps, "scaleDownDelaySeconds": 1},
        "analysis": {"intervalSeconds": interval, "minRequests": requests},
    }
