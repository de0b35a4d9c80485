"""Does the server's memory stay flat, however many requests of whatever kind it has answered?

Rule: between the medians of the second and of the last fifth of the requests, the memory that the
process alone has written grows by at most `most_kib`. The first fifth is for caches to fill.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.endurance.bad_questions import refusals
from benchmarks.endurance.calling import Asking, Manner, call, rest
from benchmarks.endurance.questions import Question, predictions, probes, scrape
from benchmarks.endurance.server import memory, served
from benchmarks.endurance.tally import Tally
from benchmarks.endurance.worlds import World

MOST_KIB = 2048
_SAMPLES = 200

CLIENTS = (
    *[Manner()] * 24,
    *[Manner(pipelined=16)] * 4,
    *[Manner(per_connection=1)] * 3,
    *[Manner(per_connection=100)] * 4,
    *[Manner(aborts=0.2)] * 2,
    *[Manner(aborts=0.2, pipelined=4)] * 1,
)


@dataclass(frozen=True, slots=True)
class Sample:
    """KiB after so many requests."""

    requests: int
    pss: int
    anonymous: int


@dataclass(frozen=True, slots=True)
class MemoryResult:
    """What a run of many requests gave."""

    requests: int
    seconds: float
    samples: tuple[Sample, ...]
    tally: Tally
    exit_code: int
    disagreements: tuple[str, ...]

    @property
    def growth_kib(self) -> float:
        """See the rule of this module."""
        return growth(self.samples)

    def faults(self, most_kib: float = MOST_KIB) -> list[str]:
        """Sentences; [] when everything was as promised."""
        found = [*self.disagreements, *self.tally.faults(self.exit_code)]
        if self.growth_kib > most_kib:
            found.append(f"memory grew by {self.growth_kib:.0f} KiB; at most {most_kib:.0f}")
        return found


def growth(samples: Sequence[Sample]) -> float:
    """KiB from the median of the second fifth of the requests to the median of the last."""
    last = samples[-1].requests

    def median(low: float, high: float) -> float:
        return statistics.median(s.anonymous for s in samples if low <= s.requests / last <= high)

    return median(0.8, 1.0) - median(0.2, 0.4)


def questions(world: World, random: Random) -> list[Question]:
    """Five of six are good; then refusals, probes, and scrapes."""
    good = predictions(world, 3000, random)
    bad = refusals(world)
    asked = [*bad * 12, *list(probes()) * 36]
    # Large ones would make the run one of moving bytes; they come, but seldom.
    rare = [question for question in asked if len(question.request) > 30_000][::6]
    usual = [question for question in asked if len(question.request) <= 30_000]
    made = [*good, *usual, *rare, *[scrape()] * 12]
    random.shuffle(made)
    return made


async def many_requests(world: World, total: int, folder: Path) -> MemoryResult:
    """The result of `total` answers."""
    random = Random(4)  # noqa: S311  (chance for a test, no secret)
    asked = questions(world, random)
    position = 0

    def next_question() -> Question:
        nonlocal position
        position = (position + 1) % len(asked)
        return asked[position]

    with served(world, folder / "stderr") as server:
        tally = Tally()
        asking = Asking(server.client.port, next_question, tally, random)
        started = time.monotonic()
        asking.tasks = [asyncio.create_task(call(asking, manner)) for manner in CLIENTS]
        samples = await _watched(tally, total, server.process.pid, asking)
        await rest(asking)
        seconds = time.monotonic() - started
        await asyncio.sleep(0.1)
        exposition = server.client.get("/metrics").body
        server.terminate()
        code = server.process.wait(30)
    disagreements = tuple(tally.disagreement(exposition))
    return MemoryResult(tally.total, seconds, tuple(samples), tally, code, disagreements)


async def _watched(tally: Tally, total: int, process: int, asking: Asking) -> list[Sample]:
    samples: list[Sample] = []
    due = told = 0
    while tally.total < total:
        await asyncio.sleep(0.02)
        for task in asking.tasks:
            if task.done():
                task.result()
        if tally.total >= due:
            due = tally.total + total // _SAMPLES
            samples.append(Sample(tally.total, *memory(process)))
        if tally.total >= told + total // 10:
            told = tally.total
            print(f"{told:>9,} requests: {samples[-1].anonymous / 1024:.1f} MiB", flush=True)
    return samples
