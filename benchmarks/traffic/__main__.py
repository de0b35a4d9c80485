"""`python -m benchmarks.traffic [--quick]`: exit code 1 when a request was lost."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

for _folder in ("serving-image", "training-image", "tests", "operator"):
    sys.path.insert(0, str(Path(__file__).parents[2] / _folder))

from benchmarks.traffic.callers import Rates, Tally, Way, callers  # noqa: E402
from benchmarks.traffic.options import options_of  # noqa: E402
from benchmarks.traffic.place import Place, a_place  # noqa: E402
from benchmarks.traffic.plain import Plain, a_plain_deployment  # noqa: E402
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
        found = await walked(
            Path(folder), options.scenes, options.rate, options.plain, options.logs
        )
    print(shown(found), flush=True)
    return found


async def walked(
    folder: Path,
    scenes: Sequence[str],
    rate: float,
    plain_rate: float = 0,
    logs: Path | None = None,
) -> Figures:
    """Live through the scenes under load; what users met.

    `plain_rate`: of the same, asked of a plain Deployment beside the model; 0: there is none.
    """
    tally, seconds = Tally(), dict[str, float]()
    async with a_place(folder) as place:
        async with _beside(place, plain_rate) as plain:
            walk = Walk(place, tally, plain=plain)
            try:
                async with callers(place.question(), _rates(rate), tally):
                    await _through(walk, scenes, seconds)
            except BaseException:
                print(shown(_figures(walk, seconds)), flush=True)
                raise
            finally:
                if logs is not None:
                    shutil.copy(folder / "operator.log", logs)
        return _figures(walk, seconds)


async def _through(walk: Walk, scenes: Sequence[str], seconds: dict[str, float]) -> None:
    for scene in scenes:
        began = monotonic()
        walk.enter(scene)
        await SCENES[scene](walk)
        took = monotonic() - began
        seconds[scene] = seconds.get(scene, 0.0) + took
        print(f"{scene}: {took:.0f} s, {len(walk.tally.lost)} lost", flush=True)


@asynccontextmanager
async def _beside(place: Place, rate: float) -> AsyncIterator[Plain | None]:
    if not rate:
        yield None
        return
    async with (
        a_plain_deployment(place) as plain,
        callers(await plain.question(), _rates(rate), plain.tally),
    ):
        yield plain


def _rates(rate: float) -> Rates:
    return Rates({way: share * rate for way, share in SHARES.items()})


def _figures(walk: Walk, seconds: dict[str, float]) -> Figures:
    beside = None if walk.plain is None else walk.plain.tally
    return figures_of(walk.tally, seconds, walk.weights, walk.place.trail, beside)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
