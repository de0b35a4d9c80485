"""The mix of questions, and when a mixed run has broken a promise."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from benchmarks.endurance.mixed import MixedResult, _Mix
from benchmarks.endurance.tally import Tally
from benchmarks.endurance.worlds import World


def test_one_in_a_hundred_is_bad_and_one_a_probe(columns: World) -> None:
    """All the others are good; every bad kind takes its turn."""
    mix = _Mix(columns, Random(12))
    asked = [mix.next() for _ in range(20_000)]
    bad = [question for question in asked if question.kind.startswith("bad: ")]
    probes = [question for question in asked if question.kind == "probe"]
    assert 0.007 < len(bad) / len(asked) < 0.013
    assert 0.007 < len(probes) / len(asked) < 0.013
    assert {kind for kind in mix.kinds if kind.startswith("bad: ")} == {q.kind for q in bad}


def test_each_broken_promise_is_told() -> None:
    """A kind that was never asked, an exit code, words in the log."""
    kept = MixedResult(1.0, 1, Tally(), 0, (), (), "")
    assert [] == kept.faults()
    broken = replace(kept, exit_code=1, never_asked=("bad: x",), log="oh no")
    expected = ["the server ended with 1", "never asked: bad: x", "the server wrote: oh no"]
    assert expected == broken.faults()
