"""In which order is everything measured, and how long will the rest take?"""

from __future__ import annotations

import os
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.serving.contender import OURS, Contender
from benchmarks.serving.figures import STEPS, Figures
from benchmarks.serving.measuring import Plan, measured, measured_at
from benchmarks.serving.models import Model
from benchmarks.serving.workloads import Workload, made

Found = dict[str, dict[str, Figures]]
"""Figures by model and contender."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often, whom, on which models; `load_core` is where this process asks from."""

    plan: Plan
    count: int
    contenders: tuple[Contender, ...]
    models: dict[str, Model]
    load_core: int


@dataclass(slots=True)
class Progress:
    """Says what is being measured and how long the rest may take."""

    steps: int
    clock: Callable[[], float] = time.monotonic
    _done: int = 0
    _took: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, model: str, name: str, left: list[str]) -> Iterator[None]:
        """One server, from its start to its end; `left`: the names of it and all after it."""
        self._done += 1
        started = self.clock()
        print(f"[{self._done}/{self.steps}] {model}: {name}{self._estimate(left)}", flush=True)
        try:
            yield
        finally:
            self._took[name] = self.clock() - started

    def _estimate(self, left: list[str]) -> str:
        if not self._took:
            return ""
        usual = sum(self._took.values()) / len(self._took)
        seconds = sum(self._took.get(name, usual) for name in left)
        return f" (about {seconds / 60:.1f} minutes left)"


def run(rounds: Rounds, changed: Callable[[Found], None]) -> tuple[Found, list[str]]:
    """All figures, and a sentence for each contender that could not be measured.

    `changed` is told after every server.
    """
    found: Found = {}
    failures: list[str] = []
    again = [f"{OURS}, open loop"]
    whole = [each.name for each in rounds.contenders] + again
    left = whole * rounds.count * len(rounds.models)
    progress = Progress(len(left))
    for name, model in rounds.models.items():
        found[name] = {}
        with _workload(model, rounds.load_core) as workload:
            for _ in range(rounds.count):
                for contender in rounds.contenders:
                    with progress.step(name, contender.name, left), _told(failures, name):
                        _measure(contender, workload, rounds.plan, found[name])
                    left = left[1:]
                    changed(found)
                with progress.step(name, again[0], left), _told(failures, name):
                    _offer_peers_rates(rounds, workload, found[name])
                left = left[1:]
                changed(found)
    return found, failures


def _measure(
    contender: Contender, workload: Workload, plan: Plan, found: dict[str, Figures]
) -> None:
    before = found.get(contender.name)
    # Later rounds offer what the first one offered, so that both sides answer the same.
    offered = before.open[contender.name].offered if before else None
    found[contender.name] = measured(contender, workload, plan, offered).best_of(before)


def _offer_peers_rates(rounds: Rounds, workload: Workload, found: dict[str, Figures]) -> None:
    """Ours, asked as often as each peer was, and at fixed shares of its own best."""
    ours = next(each for each in rounds.contenders if each.name == OURS)
    if OURS not in found:
        return
    rates = {
        name: figures.open[name].offered
        for name, figures in found.items()
        if not name.startswith(OURS)
    }
    known = found[OURS].open
    for step in STEPS:
        name = f"{step} %"
        rates[name] = known[name].offered if name in known else found[OURS].best_rate * step / 100
    found[OURS] = found[OURS].with_open(measured_at(ours, workload, rounds.plan, rates))


@contextmanager
def _workload(model: Model, load_core: int) -> Iterator[Workload]:
    """Made on all cores; then this process keeps to its own."""
    cores = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory(prefix="bench") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workload = made(model, Path(folder))
        os.sched_setaffinity(0, {load_core})
        try:
            yield workload
        finally:
            os.sched_setaffinity(0, cores)


@contextmanager
def _told(failures: list[str], model: str) -> Iterator[None]:
    """One peer that fails does not end the others."""
    try:
        yield
    except Exception as fault:  # noqa: BLE001
        traceback.print_exc()
        failures.append(f"{model}: {fault}")
