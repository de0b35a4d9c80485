"""What makes two runs the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from batch_stories import a_batch
from builders_training import NOW

from trainyard.batch_predictions.identity import job_name, output_folder, run_name, spec_digest


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"parallelism": 9}, True),
        ({"pod": {"priorityClassName": "low"}}, True),
        ({"schedule": {"cron": "0 * * * *"}}, True),
        ({"attempts": {"maxRetries": 9}}, True),
        ({"suspend": True}, True),
        ({"csv": {}, "output": {}}, True),
        ({"parts": 9}, False),
        ({"format": "csv"}, False),
        ({"csv": {"delimiter": ";"}}, False),
        ({"output": {"columns": ["a"]}}, False),
        ({"source": {"s3": {"path": "b/"}}}, False),
        ({"model": {"trainingJob": {"name": "m"}}}, False),
    ],
)
def test_only_what_a_run_follows_counts(changes: dict[str, Any], same: bool) -> None:
    """Placement, patience and the clock score nothing anew."""
    assert same is (spec_digest(a_batch().spec) == spec_digest(a_batch(**changes).spec))


def test_runs_and_attempts_have_names_of_their_own() -> None:
    """Two runs never share a folder; attempts at one run do."""
    batch = a_batch()
    digest = spec_digest(batch.spec)
    first = run_name(batch, digest, "spec", NOW)
    assert first == run_name(batch, digest, "spec", NOW)
    assert first != run_name(batch, digest, "spec", NOW + timedelta(seconds=1))
    assert job_name(batch, first, 0) != job_name(batch, first, 1)
    assert f"predictions/daily/{first}" == output_folder(batch, first)
    elsewhere = a_batch(output={"path": "a/b"})
    assert f"predictions/a/b/{first}" == output_folder(elsewhere, first)
