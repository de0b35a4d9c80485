"""What a finished refresh changes."""

from __future__ import annotations

from builders_training import digest, ingest_result, refusal
from dataset_stories import DATASET, refresh_job, with_first_version


def test_good_data_becomes_the_current_version_and_locks_the_shape() -> None:
    """A version that passed is current, listed, and its inferred columns are locked."""
    world = with_first_version()
    status = world.status(*DATASET)
    assert (status["current"]["digest"], status["current"]["rows"]) == (digest("d"), 100)
    assert status["lockedSchema"] == {"digest": digest("d"), "schemaDigest": digest("5")}
    assert world.condition(*DATASET, "Ready") == ("True", "VersionFound")
    assert world.condition(*DATASET, "DataValid") == ("True", "ChecksPassed")
    assert "refresh" not in status


def test_declared_columns_are_not_locked() -> None:
    """What the user declares the user may change."""
    columns = [{"name": "diagnosis", "type": "Category"}, {"name": "radius", "type": "Float"}]
    world = with_first_version(columns=columns)
    assert "lockedSchema" not in world.status(*DATASET)


def test_a_locked_shape_is_handed_to_the_next_refresh() -> None:
    """The pod compares with the columns of the version that locked them."""
    world = with_first_version()
    world.ask(*DATASET, "refresh@now")
    world.settle()
    assert world.status(*DATASET)["refresh"]["lockedSchema"] == digest("d")


def test_versions_are_kept_to_the_history_limit() -> None:
    """Newest first; a version that comes back is moved up, not doubled."""
    world = with_first_version(historyLimit=2)
    for character in ("e", "f", "e"):
        world.ask(*DATASET, f"refresh@now#{character}{len(world.created)}")
        world.settle()
        world.finish(refresh_job(world), ingest_result(character, 100))
        world.settle()
    found = [version["digest"] for version in world.status(*DATASET)["versions"]]
    assert found == [digest("e"), digest("f")]


def test_the_same_bad_data_is_told_once() -> None:
    """A schedule that finds it again and again does not push the rest out of the history."""
    world = with_first_version()
    for number, failures in enumerate((refusal(), refusal(), refusal("Allowed"), refusal())):
        world.ask(*DATASET, f"refresh@now#{number}")
        world.settle()
        world.finish(refresh_job(world), failures)
        world.settle()
    told = [e["message"][:7] for e in world.status(*DATASET)["history"][1:]]
    assert ["Range i", "Allowed", "Range i"] == told
    assert world.condition(*DATASET, "DataValid") == ("False", "DataRefused")
