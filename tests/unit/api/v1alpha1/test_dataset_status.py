"""The status of a Dataset at its bounds."""

from __future__ import annotations

import json
from datetime import timedelta

from builders_training import NOW, digest

from trainyard.api.base import HistoryEntry
from trainyard.api.v1alpha1.dataset_status import (
    CheckFailure,
    DatasetStatus,
    DatasetVersion,
    Refresh,
    RefreshDone,
)
from trainyard.api.v1alpha1.task import TaskPhase


def test_a_full_status_stays_below_32_kib() -> None:
    """Twenty versions, a refusal with eight failures, a full history."""
    failure = CheckFailure(
        check="Range",
        column="c" * 128,
        count=1,
        rows=2,
        examples=("e" * 120,) * 3,
        message="m" * 320,
    )
    version = DatasetVersion(
        digest=digest("a"),
        name="a" * 12,
        schema_digest=digest("b"),
        source_digest=digest("c"),
        rows=10**9,
        train_rows=10**9,
        test_rows=10**9,
        found_at=NOW,
    )
    refresh = Refresh(
        name="n" * 51,
        trigger="retrain:" + "x" * 160,
        spec_digest=digest("d"),
        queued_at=NOW,
        phase=TaskPhase.SUCCEEDED,
        outcome="Refused",
        message="m" * 400,
        failures=(failure,) * 8,
    )
    entry = HistoryEntry(at=NOW + timedelta(1), reason="DataRefused", message="m" * 320)
    status = DatasetStatus(
        current=version,
        versions=(version,) * 20,
        last_refresh=refresh,
        refreshes_done=(RefreshDone(id="x" * 160, outcome="New"),) * 10,
        history=(entry,) * 20,
    )
    assert len(json.dumps(status.to_api())) < 32 * 1024
