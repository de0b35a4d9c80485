"""What a Dataset sees around it."""

from __future__ import annotations

from builders_training import digest, ingest_result, raw_training_job
from dataset_stories import DATASET, look_job, with_first_version


def test_a_wish_for_fresh_data_is_answered_once() -> None:
    """One look per id, and the answer says whether anything was new."""
    wish = {"freshDataWanted": {"id": "s1", "since": "2026-05-04T12:00:00Z"}}
    # A suspended TrainingJob keeps its wish whatever comes of it.
    world = with_first_version(raw_training_job(status=wish, suspend=True))
    assert world.status(*DATASET)["look"]["trigger"] == "fresh:s1"
    world.finish(look_job(world), ingest_result("d", 100))
    world.settle()
    answer = {"id": "s1", "outcome": "Unchanged", "version": digest("d")}
    assert world.status(*DATASET)["freshData"] == [answer]
    assert "look" not in world.status(*DATASET)
