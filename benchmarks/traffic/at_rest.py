"""`python -m benchmarks.traffic.at_rest`: what does the Service cost beside the pod itself?

On a real node, at rest, the Service leads to one pod. Both are asked the same in short turns, by
lot; rounds are compared one by one, so that what else the machine does meets both. The exit code
is 1 where they differ by more than 5 % in the median, or a router is there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

for _folder in ("serving-image", "training-image", "tests", "operator"):
    sys.path.insert(0, str(Path(__file__).parents[2] / _folder))

from benchmarks.serving.load import Result, Target, closed_loop  # noqa: E402
from benchmarks.serving.paired import median_with_bounds  # noqa: E402
from benchmarks.traffic.place import NAME, SPEC, Place, a_place  # noqa: E402

MOST_PERCENT = 5.0
CONNECTIONS = 16
_TURN_SECONDS = 0.5
_SERVICE_PORT, _POD_PORT = 80, 8080


@dataclass(frozen=True, slots=True)
class AtRest:
    """How many percent the Service differs from its pod: median, and its bounds (95 %)."""

    rate: tuple[float, float, float]
    """Requests a second."""
    p50: tuple[float, float, float]
    """The latency that half of the requests do not exceed."""
    routers: int

    @property
    def holds(self) -> bool:
        """Whether there is no router, and no difference beyond MOST_PERCENT."""
        near = all(abs(found[0]) <= MOST_PERCENT for found in (self.rate, self.p50))
        return near and not self.routers

    def sentence(self) -> str:
        """Return what is told."""
        return (
            f"at rest {self.routers} routers; through the Service {_told(self.rate)} requests a"
            f" second, {_told(self.p50)} p50, beside the pod itself"
        )


def _told(found: tuple[float, float, float]) -> str:
    middle, low, high = found
    return f"{middle:+.1f} % (95 %: {low:+.1f} to {high:+.1f})"


def main(arguments: Sequence[str]) -> int:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.traffic.at_rest")
    parser.add_argument("--rounds", type=int, default=60, help="each a second long (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="trainyard-at-rest-") as folder:
        found = asyncio.run(at_rest(Path(folder), options.rounds))
    print(found.sentence())
    if options.json is not None:
        options.json.write_text(json.dumps(asdict(found), indent=1))
    return 0 if found.holds else 1


async def at_rest(folder: Path, rounds: int) -> AtRest:
    """Measure it."""
    async with a_place(folder, {**SPEC, "replicas": 1}) as place:
        await place.at_rest()
        asked = await asyncio.to_thread(_targets, place)
        found = await asyncio.to_thread(_rounds, asked, rounds)
        rate = [100 * (one["service"].rate / one["pod"].rate - 1) for one in found]
        half = [
            100 * (one["service"].percentile(0.5) / one["pod"].percentile(0.5) - 1) for one in found
        ]
        return AtRest(
            median_with_bounds(rate),
            median_with_bounds(half),
            len(await asyncio.to_thread(place.routers)),
        )


def _targets(place: Place) -> Mapping[str, Target]:
    node, question = place.node, place.question()
    service = node.kubectl("get", "svc", NAME, "-o", "jsonpath={.spec.clusterIP}")
    selected = ("-l", f"trainyard.dev/owner={NAME},trainyard.dev/component=server")
    pod = node.kubectl("get", "pods", *selected, "-o", "jsonpath={.items[0].status.podIP}")
    body = question.body.encode()
    head = f"POST /v2/models/{NAME}/infer HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}"
    request = (f"{head}\r\n\r\n".encode() + body,)
    return {
        "service": Target(_SERVICE_PORT, request, service),
        "pod": Target(_POD_PORT, request, pod),
    }


def _rounds(asked: Mapping[str, Target], rounds: int) -> list[dict[str, Result]]:
    def turn(kind: str) -> Result:
        result = closed_loop(asked[kind], CONNECTIONS, _TURN_SECONDS)
        if result.wrong:
            raise RuntimeError(f"{kind}: {result.wrong} requests were not answered with 200")
        return result

    for kind in asked:
        turn(kind)
    return [{kind: turn(kind) for kind in random.sample(list(asked), 2)} for _ in range(rounds)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
