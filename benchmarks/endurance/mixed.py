"""Is any answer lost or wrong, over minutes, with bad requests, scrapes and a SIGTERM under load?

Every answer is compared with scikit-learn's for exactly its rows. Before the SIGTERM the clients
rest for a moment, and the server's counters must equal what was asked. Then, under full load, the
server is told to end: what was asked before the port closed must be answered, exit code 0. A
connection that is refused after that is no loss.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from serving_process import Running

from benchmarks.endurance.bad_questions import refusals
from benchmarks.endurance.calling import Asking, Manner, call, rest
from benchmarks.endurance.questions import Question, predictions, probes, scrape
from benchmarks.endurance.server import served
from benchmarks.endurance.tally import Tally
from benchmarks.endurance.worlds import World

BAD_SHARE = 0.01
PROBE_SHARE = 0.01
_DRAIN_SECONDS = 2
_LOAD_BEFORE_SIGTERM = 1.0

CLIENTS = (
    *[Manner()] * 12,
    *[Manner(per_connection=50)] * 4,
    *[Manner(per_connection=1)] * 2,
    *[Manner(pipelined=8)] * 2,
)


@dataclass(frozen=True, slots=True)
class MixedResult:
    """What a mixed run gave."""

    seconds: float
    scrapes: int
    tally: Tally
    exit_code: int
    disagreements: tuple[str, ...]
    never_asked: tuple[str, ...]
    log: str

    def faults(self) -> list[str]:
        """Sentences; [] when everything was as promised."""
        found = [*self.disagreements, *self.tally.faults(self.exit_code)]
        found += [f"never asked: {kind}" for kind in self.never_asked]
        if self.log:
            found.append(f"the server wrote: {self.log[-500:]}")
        return found


class _Mix:
    """Questions by chance: one in a hundred is bad, and one a probe."""

    def __init__(self, world: World, random: Random) -> None:
        self._random = random
        self._good = predictions(world, 4000, random)
        self._bad = refusals(world)
        self._probes = list(probes())
        self._bad_asked = 0

    @property
    def kinds(self) -> set[str]:
        """Every kind there is."""
        return {question.kind for question in (*self._good, *self._bad, *self._probes)}

    def next(self) -> Question:
        """The next one; the bad kinds take turns."""
        chance = self._random.random()
        if chance < BAD_SHARE:
            self._bad_asked += 1
            return self._bad[self._bad_asked % len(self._bad)]
        if chance < BAD_SHARE + PROBE_SHARE:
            return self._random.choice(self._probes)
        return self._random.choice(self._good)


async def mixed_run(world: World, seconds: float, folder: Path) -> MixedResult:
    """The result of asking for so long, and of the end."""
    random = Random(12)  # noqa: S311  (chance for a test, no secret)
    mix = _Mix(world, random)
    tally = Tally()
    errors = folder / "stderr"
    with served(world, errors, _DRAIN_SECONDS) as server:
        asking = Asking(server.client.port, mix.next, tally, random)
        started = time.monotonic()
        _start(asking)
        scrapes = await _scraped(asking, tally, started + seconds)
        await rest(asking)
        exposition = (await asyncio.to_thread(server.client.get, "/metrics")).body
        disagreements = tuple(tally.disagreement(exposition))
        _start(asking)
        await asyncio.sleep(_LOAD_BEFORE_SIGTERM)
        code = await _ended(server, asking)
    never = tuple(sorted(mix.kinds - set(tally.answered)))
    took = time.monotonic() - started
    return MixedResult(took, scrapes, tally, code, disagreements, never, errors.read_text())


def _start(asking: Asking) -> None:
    asking.tasks = [asyncio.create_task(call(asking, manner)) for manner in CLIENTS]


async def _scraped(asking: Asking, tally: Tally, until: float) -> int:
    """One scrape a second beside the load, until then; returns how many."""
    scrapes = 0
    told = 0.0
    question = scrape()
    while (now := time.monotonic()) < until:
        once = Asking(asking.port, lambda: question, tally, asking.random)
        task = asyncio.create_task(call(once, Manner(per_connection=1)))
        await asyncio.sleep(min(1.0, until - now))
        once.resting = True
        await task
        scrapes += 1
        for client in asking.tasks:
            if client.done():
                client.result()
        if now >= told + 10:
            told = now
            left, bad = until - now, tally.wrong_count + tally.lost_count
            print(f"{tally.total:>9,} answers, {bad} wrong or lost, {left:.0f} s left", flush=True)
    return scrapes


async def _ended(server: Running, asking: Asking) -> int:
    """SIGTERM under full load; every client asks until nobody listens any more."""
    asking.closing = True
    server.terminate()
    await asyncio.gather(*asking.tasks)
    return await asyncio.to_thread(server.process.wait, 30)
