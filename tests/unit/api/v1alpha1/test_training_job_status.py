"""The status of a TrainingJob at its bounds."""

from __future__ import annotations

import json

from builders_training import NOW, digest

from trainyard.api.base import HistoryEntry
from trainyard.api.v1alpha1.training_job_status import Run, RunCause, TrainingJobStatus
from trainyard.reconciling.turn import LONGEST_ENTRY


def test_a_full_status_stays_below_32_kib() -> None:
    """Ten ended runs and one at work, each with metrics and a long message."""
    run = Run(
        name="n" * 51,
        attempt=1,
        inputs_digest=digest("1"),
        recipe_digest=digest("2"),
        dataset_digest=digest("3"),
        recipe="r" * 256,
        cause=RunCause(kind="Signal", message="m" * 256, id="i" * 160),
        champion=digest("4"),
        phase="Succeeded",
        queued_at=NOW,
        message="m" * 400,
        bundle_digest=digest("5"),
        metrics={f"metric-number-{n:02}": "0.123456" for n in range(12)},
    )
    entry = HistoryEntry(
        at=NOW, reason="VersionRecorded", message="m" * LONGEST_ENTRY, number=9_999
    )
    status = TrainingJobStatus(runs=(run,) * 11, history=(entry,) * 20)
    assert len(json.dumps(status.to_api())) < 32 * 1024
