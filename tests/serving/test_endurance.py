"""Short versions of `python -m benchmarks.endurance`."""

from __future__ import annotations

import asyncio
import warnings
from pathlib import Path

import pytest
import uvloop

from benchmarks.endurance.memory import many_requests
from benchmarks.endurance.mixed import mixed_run
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
