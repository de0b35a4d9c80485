"""What a Dataset sees around it."""

from __future__ import annotations

from builders_training import digest, ingest_result, raw_training_job
from dataset_stories import DATASET, refresh_job, with_first_version


def test_a_requested_refresh_is_answered_once() -> None:
    """One refresh per id, and the answer says whether anything was new."""
    request = {"refreshRequested": {"id": "s1", "since": "2026-05-04T12:00:00Z"}}
    # A suspended TrainingJob keeps its request whatever comes of it.
    world = with_first_version(raw_training_job(status=request, suspend=True))
    assert world.status(*DATASET)["refresh"]["trigger"] == "retrain:s1"
    world.finish(refresh_job(world), ingest_result("d", 100))
    world.settle()
    answer = {"id": "s1", "outcome": "Unchanged", "version": digest("d")}
    assert world.status(*DATASET)["refreshesDone"] == [answer]
    assert "refresh" not in world.status(*DATASET)
