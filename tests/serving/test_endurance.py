"""Short versions of `python -m benchmarks.endurance`, and its judges."""

from __future__ import annotations

import asyncio
import warnings
from pathlib import Path
from random import Random

import pytest
import uvloop

from benchmarks.endurance.memory import Sample, growth, many_requests
from benchmarks.endurance.mixed import mixed_run
from benchmarks.endurance.questions import predictions, scrape
from benchmarks.endurance.tally import Tally
from benchmarks.endurance.worlds import World, columns, numbers


@pytest.fixture(scope="module")
def numbers_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Ten numbers to a number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return numbers(tmp_path_factory.mktemp("numbers") / "bundle")


def test_memory_stays_flat(numbers_world: World, tmp_path: Path) -> None:
    """Thirty thousand requests of every kind, also from clients that leave.

    18,000 of them lie between the two medians: a leak of 120 bytes per request is found here, one
    of four in the long run.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(many_requests(numbers_world, 30_000, tmp_path))
    assert [] == result.faults()


def test_nothing_is_lost_or_wrong(tmp_path: Path) -> None:
    """Ten seconds, one in a hundred bad, a scrape each second, SIGTERM under full load."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        world = columns(tmp_path / "bundle")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(mixed_run(world, 10, tmp_path))
    seldom = [fault for fault in result.faults() if not fault.startswith("never asked")]
    assert [] == seldom


def test_an_answer_to_other_rows_is_wrong(numbers_world: World) -> None:
    """No answer passes for two questions, nor with another status."""
    asked = [q for q in predictions(numbers_world, 200, Random(1)) if q.kind == "V1 lists"]
    first, second = [q for q in asked if q.rows == 1][:2]
    bodies = [b'{"predictions":[%.15g]}' % answer for answer in numbers_world.answers]
    passing = [[q.is_right(b"HTTP/1.1 200 ", body) for body in bodies] for q in (first, second)]
    assert [1, 1] == [sum(found) for found in passing]
    assert passing[0] != passing[1]
    assert not any(first.is_right(b"HTTP/1.1 500 ", body) for body in bodies)


@pytest.mark.parametrize(
    ("exposition", "aborted", "expected"),
    [
        pytest.param(b'trainyard_requests_total{revision="r",code="200"} 1\n', 0, 0, id="the same"),
        pytest.param(b'trainyard_requests_total{revision="r",code="200"} 0\n', 0, 1, id="one less"),
        pytest.param(b'trainyard_requests_total{revision="r",code="200"} 2\n', 0, 1, id="one more"),
        pytest.param(
            b'trainyard_requests_total{revision="r",code="200"} 2\n', 1, 0, id="one had left"
        ),
        pytest.param(
            b'trainyard_requests_total{revision="r",code="200"} 1\n'
            b'trainyard_requests_total{revision="r",code="500"} 1\n',
            0,
            1,
            id="a failure nobody saw",
        ),
    ],
)
def test_counters_must_add_up(exposition: bytes, aborted: int, expected: int) -> None:
    """One prediction of three rows was answered, one scrape is not counted."""
    tally = Tally(aborted=aborted)
    question = scrape()
    tally.right(question)
    question.counted, question.rows = True, 3
    tally.right(question)
    whole = exposition + b'trainyard_rows_total{revision="r"} 3\n'
    assert expected == len(tally.disagreement(whole))


def test_growth_is_from_the_second_to_the_last_fifth() -> None:
    """What comes before, and single peaks, do not count; a steady leak does."""
    warm = [Sample(n, 0, 1000 if n < 20 else 5000) for n in range(101)]
    peak = [*warm[:90], Sample(90, 0, 9000), *warm[91:]]
    leak = [Sample(n, 0, 1000 + 10 * n) for n in range(101)]
    assert [0.0, 0.0, 600.0] == [growth(samples) for samples in (warm, peak, leak)]
