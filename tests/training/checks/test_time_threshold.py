"""From which time on rows are test rows."""

from __future__ import annotations

from decimal import Decimal
from math import ceil

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.checks.time_threshold import TimeThreshold

_TIME = pa.timestamp("us", "UTC")


@settings(deadline=None)
@given(
    times=st.lists(st.integers(-(2**55), 2**55) | st.integers(0, 5), min_size=1, max_size=60),
    percent=st.integers(1, 99),
    step=st.integers(1, 60),
)
def test_the_threshold_is_exact(
    tmp_path_factory: pytest.TempPathFactory, times: list[int], percent: int, step: int
) -> None:
    """The k-th newest time for k = percent of the rows, rounded up, however they come."""
    search = TimeThreshold(tmp_path_factory.mktemp("times"))
    for start in range(0, len(times), step):
        search.add(pa.array([*times[start : start + step], None], _TIME))
    rank = ceil(percent * len(times) / 100)
    assert sorted(times, reverse=True)[rank - 1] == search.threshold(Decimal(percent))


def test_without_times_there_is_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Missing ones do not count."""
    search = TimeThreshold(tmp_path_factory.mktemp("times"))
    search.add(pa.array([None], _TIME))
    assert search.threshold(Decimal(20)) is None
