"""Runs and a version of which events of OpenLineage tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from trainyard.tracked import (
    RunState,
    TrackedCode,
    TrackedData,
    TrackedRun,
    TrackedTrial,
    TrackedVersion,
)

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENDED = BEGAN + timedelta(minutes=3)
NOW = BEGAN + timedelta(hours=1)
BUNDLE = f"sha256:{'b' * 64}"
PLACE = "trainyard://main/team-a"
_MODEL = TrackedData("model/wine", BUNDLE, "s3://models/prefix/main/team-a/models/sha256/bb")


def a_lineage_run() -> TrackedRun:
    """Return a run that has finished, with all that can be known of it."""
    return TrackedRun(
        number=1,
        id="uid/wine-1",
        name="wine-1",
        experiment="team-a/wine",
        state=RunState.FINISHED,
        started_at=BEGAN,
        ended_at=ENDED,
        parameters={"n_estimators": "200"},
        metrics={"roc_auc": 0.97},
        tags={"trainyard.cause": "NewData: 1000 rows"},
        place=PLACE,
        job="wine",
        reads=(
            TrackedData(
                "dataset/wine",
                f"sha256:{'d' * 64}",
                "s3://data/raw/wine/",
                178,
                11_000,
                (("alcohol", "Float"),),
            ),
        ),
        gives=_MODEL,
        code=TrackedCode("abc123", "https://git.example/wine"),
    )


def a_lineage_search() -> TrackedRun:
    """Return a run whose search had one trial with a score and one without."""
    trials = (
        TrackedTrial(0, 0.9, {"max_depth": "3"}),
        TrackedTrial(1, None, {"max_depth": "-1"}),
    )
    return replace(a_lineage_run(), objective="roc_auc", trials=trials)


def a_lineage_refresh() -> TrackedRun:
    """Return the refresh that found the data of the run, in a bucket."""
    (data,) = a_lineage_run().reads
    return TrackedRun(
        number=1,
        id="uid/dd",
        name="dd",
        state=RunState.FINISHED,
        started_at=BEGAN,
        ended_at=BEGAN,
        place=PLACE,
        job="dataset/wine",
        job_type="INGESTION",
        reads=(TrackedData("s3://data/raw/wine/", ""),),
        gives=data,
    )


def a_lineage_version() -> TrackedVersion:
    """Return the version that it gave, which serves."""
    return TrackedVersion(
        number=2,
        id=BUNDLE,
        model="team-a.wine",
        experiment="team-a/wine",
        run_id="uid/wine-1",
        source=_MODEL.source,
        aliases=("champion",),
        tags={"trainyard.accepted": "true"},
        place=PLACE,
        gives=_MODEL,
    )
