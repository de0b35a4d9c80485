"""Sources that have not changed, and ConfigMaps that have.

Proves: operator/trainyard/datasets/observed.py
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders_training import Raw, digest, ingest_result, metadata, raw_dataset, refusal
from dataset_stories import DATASET, refresh_job
from training_world import TrainingWorld

STATE = digest("7")
HOURLY = {"cron": "0 * * * *"}
UNCHANGED = {"verb": "ingest", "outcome": "Unchanged", "sourceState": STATE}


def _refreshed(result: Raw) -> TrainingWorld:
    world = TrainingWorld(raw_dataset(refresh=HOURLY))
    world.settle()
    world.finish(refresh_job(world), {**result, "sourceState": STATE})
    world.settle()
    return world


def _next_hour(world: TrainingWorld) -> Raw:
    world.now += timedelta(hours=1)
    world.settle()
    found: Raw = world.status(*DATASET)["refresh"]
    return found


def _unread(world: TrainingWorld) -> Raw:
    world.finish(refresh_job(world), UNCHANGED)
    world.settle()
    found: Raw = world.status(*DATASET)
    return found


def test_an_unchanged_source_keeps_what_was_found() -> None:
    """The refresh says that nothing was read, and since when; so does every later one."""
    world = _refreshed(ingest_result("d", 100))
    read_at = world.status(*DATASET)["lastRefresh"]["finishedAt"]
    for _ in range(2):
        assert STATE == _next_hour(world)["knownState"]
        status = _unread(world)
        last = status["lastRefresh"]
        assert ("Accepted", digest("d"), STATE, read_at) == (
            last["outcome"],
            last["version"],
            last["sourceState"],
            last["unchangedSince"],
        )
    (valid,) = [c for c in status["conditions"] if c["type"] == "DataValid"]
    said = "every check passed; the source has not changed since it was read at 2026-05-04 12:00:00"
    assert valid["message"].startswith(said)
    assert 1 == len(status["versions"])


def test_refused_data_that_did_not_change_stays_refused() -> None:
    """With the same failures, told once."""
    world = _refreshed(refusal())
    told = len(world.status(*DATASET)["history"])
    _next_hour(world)
    status = _unread(world)
    assert "Range" == status["lastRefresh"]["failures"][0]["check"]
    assert ("False", "DataRefused") == world.condition(*DATASET, "DataValid")
    assert told == len(status["history"])


def test_a_person_who_asks_has_the_source_read() -> None:
    """Whatever its owner says of it."""
    world = _refreshed(ingest_result("d", 100))
    world.ask(*DATASET, "refresh@now")
    world.settle()
    assert "knownState" not in world.status(*DATASET)["refresh"]


@pytest.mark.parametrize(("fresh", "known"), [("12:30", False), ("13:30", True)])
def test_data_that_has_become_too_old_is_read_again(fresh: str, known: bool) -> None:
    """The age of what does not change grows all the same."""
    world = _refreshed({**ingest_result(), "freshUntil": f"2026-05-04T{fresh}:00+00:00"})
    assert known is ("knownState" in _next_hour(world))


def test_an_answer_to_nothing_is_tried_again() -> None:
    """Where the status was lost meanwhile."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    world.finish(refresh_job(world), UNCHANGED)
    world.settle()
    assert "ResultUnreadable" == world.status(*DATASET)["refresh"]["reason"]


def _files() -> Raw:
    return {"apiVersion": "v1", "kind": "ConfigMapMetadata", "metadata": metadata("files")}


def test_a_changed_config_map_is_read() -> None:
    """By its resourceVersion: one that is the same is left alone."""
    world = TrainingWorld(raw_dataset(), _files())
    world.settle()
    world.finish(refresh_job(world), ingest_result("d", 100))
    world.settle()
    assert "refresh" not in world.status(*DATASET)
    world.put(_files())
    world.settle()
    refresh = world.status(*DATASET)["refresh"]
    assert refresh["trigger"] == f"configMap:{refresh['configMapVersion']}"
    world.finish(refresh_job(world), ingest_result("e", 101))
    world.settle()
    assert "refresh" not in world.status(*DATASET)
    assert digest("e") == world.status(*DATASET)["current"]["digest"]


def test_a_config_map_that_changes_while_it_is_read_is_read_again() -> None:
    """What the Job read may have been the one before."""
    world = TrainingWorld(raw_dataset(), _files())
    world.settle()
    first = refresh_job(world)
    world.put(_files())
    world.settle()
    assert first == refresh_job(world)
    world.finish(first, ingest_result("d", 100))
    world.settle()
    assert first != refresh_job(world)


def test_what_waits_for_a_config_map_begins_when_it_is_there() -> None:
    """Files can be applied in any order; the growing pauses are for what tells nothing."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    world.fail(refresh_job(world), 20, "SourceNotFound: no file below ConfigMap files")
    world.settle()
    assert "Waiting" == world.status(*DATASET)["refresh"]["phase"]
    world.put(_files())
    world.settle()
    refresh = world.status(*DATASET)["refresh"]
    assert "Pending" == refresh["phase"]
    files = world.raw("ConfigMapMetadata", "files")
    assert files["metadata"]["resourceVersion"] == refresh["configMapVersion"]
    world.finish(refresh_job(world), ingest_result("d", 100))
    world.settle()
    assert "refresh" not in world.status(*DATASET)


def test_the_page_about_refused_data_is_named() -> None:
    """In the record, and where people read why."""
    page = "runs/uid-tumours/refresh/report.md"
    world = _refreshed({**refusal(), "report": page})
    _next_hour(world)
    assert page == _unread(world)["lastRefresh"]["report"]
    (valid,) = [c for c in world.status(*DATASET)["conditions"] if c["type"] == "DataValid"]
    assert valid["message"].endswith(f"All of it: {page} in the store")
