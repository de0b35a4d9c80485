"""How long calls take, and how that reaches `publish`."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.models.latencies import LATENCIES_NAME, read_latencies, write_latencies
from trainer.models.timing import percentile_milliseconds
from trainer.tasks.measures import LatencyMeasure, SizeMeasure

SIGNATURE = Signature(Task.REGRESSION, (), (Feature("a", Kind.FLOAT),), False)
ROWS = Rows(np.zeros((3, 1)), np.empty((3, 0), dtype=object))


class Sleeper:
    """A runtime that answers after a while, every tenth time after a longer one."""

    signature = SIGNATURE

    def __init__(self, milliseconds: float, sometimes: float = 0) -> None:
        self._usual, self._sometimes, self._calls = milliseconds, sometimes, 0
        self.asked: set[int] = set()

    def predict(self, rows: Rows) -> Prediction:
        """Zeros."""
        self._calls += 1
        self.asked.add(len(rows))
        extra = self._sometimes if self._calls % 10 == 0 else 0
        time.sleep((self._usual + extra) / 1000)
        return Prediction(np.zeros(len(rows)), None)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.models.timing.PERCENTILE_SECONDS", 0.1)


def test_the_percentile_sees_what_the_median_hides() -> None:
    """Every tenth call takes forty milliseconds more."""
    slow = percentile_milliseconds(Sleeper(1, 40), ROWS, 8, 99)
    assert 41 <= slow
    assert percentile_milliseconds(Sleeper(1, 40), ROWS, 8, 50) < slow


def test_the_faster_of_two_runtimes_counts(tmp_path: Path) -> None:
    """As it serves; only what is asked for is timed."""
    slow, fast = Sleeper(20), Sleeper(1)
    asked = (
        LatencyMeasure(kind="Latency", key="a", rows=2, percentile=50),
        SizeMeasure(kind="Size", key="Size"),
    )
    write_latencies(asked, (slow, fast), ROWS, tmp_path)
    found = read_latencies(tmp_path)
    assert ["a"] == list(found)
    assert 1 <= found["a"] < 20
    assert ({2}, {2}) == (slow.asked, fast.asked)


def test_nothing_is_timed_that_no_gate_asks_for(tmp_path: Path) -> None:
    """Timing takes seconds."""
    runtime = Sleeper(1)
    write_latencies((), (runtime,), ROWS, tmp_path)
    assert (set(), {}) == (runtime.asked, read_latencies(tmp_path))


@pytest.mark.parametrize("content", ["{", "[1]", '{"a": "fast"}', '{"a": null}', '{"a": NaN}'])
def test_what_user_code_left_there_is_not_believed_to_be_numbers(
    content: str, tmp_path: Path
) -> None:
    """Then nothing was timed, and the gate says so."""
    (tmp_path / LATENCIES_NAME).write_text(content)
    assert {} == read_latencies(tmp_path)
