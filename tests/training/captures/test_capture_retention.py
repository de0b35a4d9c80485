"""Which days go."""

from __future__ import annotations

from datetime import date

import pytest

from trainer.captures.capture_retention import outdated


@pytest.mark.parametrize(
    ("key", "gone"),
    [
        pytest.param("captures/u/r/2026-11-01/pod.parquet", True, id="longer ago"),
        pytest.param("captures/u/r/2026-11-18/pod.parquet", False, id="just so many days ago"),
        pytest.param("captures/u/r/2026-11-28/pod.parquet", False, id="today"),
        pytest.param("captures/u/r/2026-11-99/pod.parquet", False, id="no day"),
        pytest.param("captures", False, id="no part"),
    ],
)
def test_only_whole_days_that_are_over_go(key: str, gone: bool) -> None:
    """Whatever is no part stays."""
    assert gone == (key in outdated([key], date(2026, 11, 28), 10))
