"""The clock begins a run, on the real node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cluster.bucket_yard import bucket_yard
from cluster.model_yard import State, csv_of, dataset, training_job, tumours

pytestmark = [pytest.mark.cluster]
NAME = "by-the-clock"
RETRAIN = {
    "schedule": {"cron": "* * * * *", "timeZone": "Europe/Berlin", "whenUnchanged": "Run"},
    "limits": {"cooldownSeconds": 0, "maxRunsPerDay": 1},
}
"""Each minute, but for the limit: what can be waited for in a test."""


def by_the_clock(state: State) -> list[dict[str, Any]]:
    """Return the runs that succeeded and that the clock began."""
    return [
        run
        for run in state.runs(NAME)
        if run["cause"]["kind"] == "Schedule" and run["phase"] == "Succeeded"
    ]


def test_the_clock_begins_a_run(tmp_path: Path) -> None:
    """Although neither data nor recipe changed; it gives the version that is there already."""
    with bucket_yard(tmp_path, "clock") as place:
        yard = place.yard
        place.store.write("raw/tumours/part-1.csv", csv_of(tumours()).encode())
        data = dataset("tumours", {"s3": {"path": "raw/tumours/"}})
        yard.apply(data, training_job(NAME, "tumours", retrain=RETRAIN))
        first = yard.until("a version is accepted", lambda s: s.current(NAME) != {})
        state = yard.until("the clock began a run", lambda s: bool(by_the_clock(s)))
    assert first.current(NAME)["bundleDigest"] == state.current(NAME)["bundleDigest"]
    assert 1 == len(by_the_clock(state))
