"""A run and a version of which events of OpenLineage tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from trainyard.tracked import RunState, TrackedCode, TrackedData, TrackedRun, TrackedVersion

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
        reads=TrackedData(
            "dataset/wine",
            f"sha256:{'d' * 64}",
            "s3://data/raw/wine/",
            178,
            11_000,
            (("alcohol", "Float"),),
        ),
        gives=_MODEL,
        code=TrackedCode("abc123", "https://git.example/wine"),
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
