"""When has a queue stopped growing?"""

from __future__ import annotations

import pytest

from modelserver.batches.gathering import Gathering


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        pytest.param([1, 1, 1], [True, True, False], id="one request: two quiet looks"),
        pytest.param([1, 1, 2, 2, 2], [True, True, True, True, False], id="news begins it again"),
        pytest.param([8, 9, 10], [True, True, True], id="every look finds more"),
        pytest.param([5, 4, 4], [True, True, False], id="who leaves is no news"),
        pytest.param([0, 0], [True, False], id="nothing waits"),
    ],
)
def test_it_goes_on_while_more_comes(lengths: list[int], expected: list[bool]) -> None:
    """Until two looks in a row found nothing new."""
    gathering = Gathering()
    assert expected == [gathering.goes_on(length) for length in lengths]


def test_each_queue_is_a_new_one() -> None:
    """After its end, as many as before are news again."""
    gathering = Gathering()
    for _ in range(3):
        gathering.goes_on(4)
    gathering.end()
    assert [True, True, False] == [gathering.goes_on(4) for _ in range(3)]
