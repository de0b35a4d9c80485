"""Rounds: the order, what is offered, what happens when a server fails, what is left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from benchmark_stub import stub

from benchmarks.serving.contender import Contender
from benchmarks.serving.measuring import Plan
from benchmarks.serving.models import models
from benchmarks.serving.process import Command
from benchmarks.serving.rounds import Progress, Rounds, run
from benchmarks.serving.workloads import Workload


@pytest.fixture
def rounds(contender: Contender, tmp_path: Path) -> Rounds:
    """Ours, a peer, and a peer that never starts; all three are the small server."""

    def starting(of: Workload) -> Command:
        (of.folder / "stub").mkdir(exist_ok=True)
        return stub(of.folder / "stub")

    ours = replace(contender, name="Trainyard", command=starting)
    peer = replace(ours, name="A")
    broken = replace(ours, name="B", command=lambda of: replace(starting(of), arguments=("false",)))
    linear = {"linear": models()["linear"]}
    return Rounds(Plan(0.05, 0), 1, (ours, peer, broken), linear, 1)


def test_ours_is_offered_the_rate_of_each_peer(rounds: Rounds) -> None:
    """And shares of its own; a server that does not start is told of and ends nothing."""
    changes = []
    found, failures = run(rounds, lambda now: changes.append(dict(now["linear"])))
    of = found["linear"]
    assert ["Trainyard", "A"] == list(of)
    assert of["A"].open["A"].offered == of["Trainyard"].open["A"].offered
    assert {"Trainyard", "A", "25 %", "50 %", "75 %"} == set(of["Trainyard"].open)
    assert len(changes) == 4
    assert len(failures) == 1
    assert "linear: the server did not start" in failures[0]


def test_progress_says_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    """From what the same servers took before, or the others."""
    now = iter([0.0, 60.0, 60.0, 180.0, 180.0, 240.0])
    progress = Progress(3, clock=lambda: next(now))
    for left in (["A", "B", "A"], ["B", "A"], ["A"]):
        with progress.step("linear", left[0], left):
            pass
    assert [
        "[1/3] linear: A",
        "[2/3] linear: B (about 2.0 minutes left)",
        "[3/3] linear: A (about 1.0 minutes left)",
    ] == capsys.readouterr().out.splitlines()
