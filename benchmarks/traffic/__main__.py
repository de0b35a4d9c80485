"""`python -m benchmarks.traffic [--quick]`: exit code 1 when a request was lost."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

for _folder in ("serving-image", "training-image", "tests", "operator"):
    sys.path.insert(0, str(Path(__file__).parents[2] / _folder))

from benchmarks.traffic.callers import Rates, Tally, Way, callers  # noqa: E402
from benchmarks.traffic.options import options_of  # noqa: E402
from benchmarks.traffic.place import a_place  # noqa: E402
from benchmarks.traffic.report import Figures, figures_of, shown, text  # noqa: E402
from benchmarks.traffic.scenes import SCENES, Walk  # noqa: E402

SHARES = {Way.KEPT: 0.5, Way.ONE_SHOT: 0.4, Way.GRPC: 0.1}


def main(arguments: Sequence[str]) -> int:
    """Does what was asked for."""
    options = options_of(arguments)
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load average {load:.1f} at the start", flush=True)
    found = [asyncio.run(_walked(options)) for _ in range(options.walks)]
    if options.json is not None:
        options.json.write_text(text(found))
    return 0 if all(one.holds for one in found) else 1


async def _walked(options: argparse.Namespace) -> Figures:
    with TemporaryDirectory(prefix="trainyard-traffic-") as folder:
        found = await walked(Path(folder), options.scenes, options.rate, options.logs)
    print(shown(found), flush=True)
    return found


async def walked(
    folder: Path, scenes: Sequence[str], rate: float, logs: Path | None = None
) -> Figures:
    """Live through the scenes under load; what users met."""
    tally, seconds = Tally(), dict[str, float]()
    rates = Rates({way: share * rate for way, share in SHARES.items()})
    async with a_place(folder) as place:
        walk = Walk(place, tally)
        try:
            async with callers(place.question(), rates, tally):
                for scene in scenes:
                    began, tally.scene = monotonic(), scene
                    await SCENES[scene](walk)
                    took = monotonic() - began
                    seconds[scene] = seconds.get(scene, 0.0) + took
                    print(f"{scene}: {took:.0f} s, {len(tally.lost)} lost", flush=True)
        except BaseException:
            print(shown(figures_of(tally, seconds, walk.weights, {})), flush=True)
            raise
        finally:
            if logs is not None:
                shutil.copy(folder / "operator.log", logs)
    around = {loss.at: place.trail.around(loss.at) for loss in tally.lost}
    return figures_of(tally, seconds, walk.weights, around, place.trail.longest_standstill)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
