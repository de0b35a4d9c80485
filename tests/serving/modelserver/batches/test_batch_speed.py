"""What decides whether a batch blocks the event loop or goes to the thread?"""

from __future__ import annotations

import math

import pytest

from modelserver.batches.batch_speed import BatchSpeed


def _known(*batches: tuple[int, float]) -> BatchSpeed:
    speed = BatchSpeed()
    for rows, seconds in batches:
        speed.add(rows, seconds)
    return speed


@pytest.mark.parametrize(
    ("batches", "rows", "expected"),
    [
        pytest.param((), 1, math.inf, id="nothing known: as if slow"),
        pytest.param(((12, 0.001),), 9, 0.001, id="a batch of about that size takes as long"),
        pytest.param(((12, 0.001),), 100, 0.008, id="a larger one in proportion"),
        pytest.param(((100, 0.004),), 1, 0.004, id="a smaller one at most as long"),
        pytest.param(((1, 0.5), (100, 0.004)), 200, 0.008, id="the nearest smaller size counts"),
        pytest.param(((8, 0.0002), (8, 0.05)), 8, 0.00021, id="one pause changes nearly nothing"),
        pytest.param(((8, 0.05), (8, 0.0002)), 8, 0.0002, id="one quick batch is believed at once"),
    ],
)
def test_expected_seconds(
    batches: tuple[tuple[int, float], ...], rows: int, expected: float
) -> None:
    """The quickest recent batch of the nearest size says it."""
    assert expected == pytest.approx(_known(*batches).expected_seconds(rows))


def test_a_model_that_became_slow_is_believed() -> None:
    """From 0.2 ms to 50 ms: after fifty batches the batches are known to be over 2 ms."""
    speed = _known((8, 0.0002), *[(8, 0.05)] * 50)
    assert 0.002 < speed.expected_seconds(8) <= 0.05
