"""The rule of flat memory, and what is asked to find a leak."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from benchmarks.endurance.memory import MemoryResult, Sample, growth, questions
from benchmarks.endurance.tally import Tally
from benchmarks.endurance.worlds import World

FLAT = tuple(Sample(n, 0, 5000) for n in range(101))
LEAK = tuple(Sample(n, 0, 1000 + 50 * n) for n in range(101))


def test_growth_is_from_the_second_to_the_last_fifth() -> None:
    """What comes before, and single peaks, do not count; a steady leak does."""
    warm = [Sample(n, 0, 1000 if n < 20 else 5000) for n in range(101)]
    peak = [*warm[:90], Sample(90, 0, 9000), *warm[91:]]
    assert [0.0, 0.0, 3000.0] == [growth(samples) for samples in (warm, peak, LEAK)]


def test_growth_over_the_limit_is_a_fault() -> None:
    """As are counters that do not add up."""
    flat = MemoryResult(100, 1.0, FLAT, Tally(), 0, ())
    assert [] == flat.faults()
    assert ["memory grew by 3000 KiB; at most 2048"] == replace(flat, samples=LEAK).faults()
    assert ["rows differ"] == replace(flat, disagreements=("rows differ",)).faults()


def test_most_questions_are_good(numbers: World) -> None:
    """Bad ones, probes and scrapes are among them."""
    asked = questions(numbers, Random(4))
    good = [question for question in asked if question.rows]
    assert 0.75 < len(good) / len(asked) < 0.9
    assert {"probe", "scrape", "bad: no inputs"} <= {question.kind for question in asked}
