"""What happens to a Dataset, told as stories on a cluster in memory."""

from __future__ import annotations

from typing import Any

import pytest
from builders_training import Raw, digest, ingest_result, raw_dataset, raw_training_job, refusal
from training_world import TrainingWorld

DATASET = ("Dataset", "tumours")


def _job(world: TrainingWorld) -> str:
    return str(world.status(*DATASET)["look"]["name"])


def _first_version(*objects: Raw, **spec: Any) -> TrainingWorld:
    world = TrainingWorld(raw_dataset(**spec), *objects)
    world.settle()
    world.finish(_job(world), ingest_result("d", 100))
    world.settle()
    return world


def test_a_new_dataset_looks_at_its_source():
    """The look is on record before its Job exists, and the Job bears its name."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    look = world.status(*DATASET)["look"]
    assert (look["phase"], look["trigger"]) == ("Looking", "spec")
    assert world.names("Job") == [look["name"]]
    assert world.condition(*DATASET, "Ready") == ("False", "NoVersionYet")
    assert world.condition(*DATASET, "Reconciling") == ("True", "Looking")


def test_good_data_becomes_the_current_version_and_locks_the_shape():
    """A version that passed is current, listed, and its inferred columns are locked."""
    world = _first_version()
    status = world.status(*DATASET)
    assert (status["current"]["digest"], status["current"]["rows"]) == (digest("d"), 100)
    assert status["lockedSchema"] == {"digest": digest("d"), "schemaDigest": digest("5")}
    assert world.condition(*DATASET, "Ready") == ("True", "VersionFound")
    assert world.condition(*DATASET, "DataValid") == ("True", "ChecksPassed")
    assert "look" not in status


def test_a_settled_dataset_plans_nothing():
    """Deciding again on the world that the last plan made yields no action and no change."""
    world = _first_version()
    plan = world.plans()["Dataset/tumours"]
    assert (plan.actions, plan.events, plan.again_after) == ((), (), None)
    assert plan.status.to_api() == world.status(*DATASET)


def test_declared_columns_are_not_locked():
    """What the user declares the user may change."""
    columns = [{"name": "diagnosis", "type": "Category"}, {"name": "radius", "type": "Float"}]
    world = _first_version(columns=columns)
    assert "lockedSchema" not in world.status(*DATASET)


def test_bad_data_keeps_the_last_good_version_ready():
    """The refusal names check, column, count and examples; the version before stays current."""
    world = _first_version()
    world.ask(*DATASET, "refresh@now")
    world.settle()
    world.finish(_job(world), refusal())
    world.settle()
    status = world.status(*DATASET)
    assert status["current"]["digest"] == digest("d")
    assert world.condition(*DATASET, "Ready") == ("True", "VersionFound")
    assert world.condition(*DATASET, "DataValid") == ("False", "DataRefused")
    expected = (
        "Range in column radius, 2 of 100 rows: below 0 (row 17: -3.2; row 40: -1). "
        "Version dddddddddddd stays current"
    )
    (condition,) = [c for c in status["conditions"] if c["type"] == "DataValid"]
    assert condition["message"] == expected
    assert status["why"] == f"DataRefused: {expected}"


def test_a_changed_shape_is_refused_until_somebody_accepts_it():
    """The condition holds the exact command; carried out, the next look is free and locks anew."""
    world = _first_version()
    world.ask(*DATASET, "refresh@now")
    world.settle()
    world.finish(_job(world), refusal("SchemaChanged"))
    world.settle()
    (condition,) = [c for c in world.status(*DATASET)["conditions"] if c["type"] == "DataValid"]
    command = condition["message"].partition("To accept the new shape: ")[2]
    start, _, request = command.partition("trainyard.dev/request=")
    assert start == "kubectl annotate --overwrite -n team dataset tumours "
    world.ask(*DATASET, request)
    world.settle()
    assert world.status(*DATASET)["look"].get("lockedSchema") is None
    world.finish(_job(world), {**ingest_result("e", 120), "schemaDigest": digest("6")})
    world.settle()
    assert world.status(*DATASET)["lockedSchema"] == {
        "digest": digest("e"),
        "schemaDigest": digest("6"),
    }


def test_a_locked_shape_is_handed_to_the_next_look():
    """The pod compares with the columns of the version that locked them."""
    world = _first_version()
    world.ask(*DATASET, "refresh@now")
    world.settle()
    assert world.status(*DATASET)["look"]["lockedSchema"] == digest("d")


def test_the_same_request_acts_once():
    """The annotation stays on the object and starts nothing more; another token does."""
    world = _first_version()
    for request, looks in (("refresh@now", 2), ("refresh@now", 2), ("refresh@now#2", 3)):
        world.ask(*DATASET, request)
        world.settle()
        if "look" in world.status(*DATASET):
            world.finish(_job(world), ingest_result("d", 100))
            world.settle()
        assert len([name for name in world.created if name.startswith("Job/")]) == looks


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param("promote@1", id="a verb of another kind is refused"),
        pytest.param("release@brakes", id="a target of another kind is refused"),
        pytest.param("hello", id="an unknown word is refused"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_can(request_: str):
    """The outcome says what a Dataset knows, and nothing else happens."""
    world = _first_version()
    world.ask(*DATASET, request_)
    world.settle()
    (outcome,) = world.status(*DATASET)["requests"]
    assert (outcome["outcome"], outcome["message"]) == (
        "Refused",
        "a Dataset knows refresh@now and release@schema",
    )
    assert "look" not in world.status(*DATASET)


def test_cron_looks_at_its_slots_and_missed_slots_are_one_look():
    """The next slot is in the status; an operator that slept catches up once."""
    world = _first_version(refresh={"cron": "*/15 * * * *"})
    assert world.status(*DATASET)["nextLookAt"] == "2026-05-04T12:15:00Z"
    world.wait(3600 + 60)
    world.settle()
    status = world.status(*DATASET)
    assert status["look"]["trigger"] == "cron:2026-05-04T12:15:00Z"
    assert status["nextLookAt"] == "2026-05-04T13:15:00Z"


def test_a_wrong_schedule_stalls_the_schedule_and_nothing_else():
    """The version found stays Ready and the message says what to write."""
    world = _first_version(refresh={"cron": "every day at"})
    assert world.condition(*DATASET, "Ready") == ("True", "VersionFound")
    assert world.condition(*DATASET, "Stalled") == ("True", "SpecInvalid")


def test_a_wish_for_fresh_data_is_answered_once():
    """One look per id, and the answer says whether anything was new."""
    wish = {"freshDataWanted": {"id": "s1", "since": "2026-05-04T12:00:00Z"}}
    # A suspended TrainingJob keeps its wish whatever comes of it.
    world = _first_version(raw_training_job(status=wish, suspend=True))
    assert world.status(*DATASET)["look"]["trigger"] == "fresh:s1"
    world.finish(_job(world), ingest_result("d", 100))
    world.settle()
    answer = {"id": "s1", "outcome": "Unchanged", "version": digest("d")}
    assert world.status(*DATASET)["freshData"] == [answer]
    assert "look" not in world.status(*DATASET)


def test_a_source_that_is_not_there_is_looked_for_again():
    """Files may come after the Dataset: pauses grow, and no attempt is the last."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    said = '{"verb":"ingest","outcome":"Failed","reason":"SourceNotFound","message":"no file"}'
    for attempt, pause in enumerate((10, 20, 40)):
        look = world.status(*DATASET)["look"]
        assert (look["phase"], look["attempt"]) == ("Looking", attempt)
        world.fail(_job(world), 15, said)
        world.settle()
        assert world.condition(*DATASET, "Reconciling") == ("True", "SourceNotFound")
        world.wait(pause - 1)
        world.settle()
        assert world.status(*DATASET)["look"]["phase"] == "Waiting"
        world.wait(1)
        world.settle()
    assert [e for e in world.events if "WaitingToRetry" in e] == [
        "WaitingToRetry: SourceNotFound: no file"
    ]


def test_a_users_fault_stalls_until_the_spec_changes():
    """Nothing is tried again by itself; a new spec starts a new look."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    world.fail(_job(world), 10, '{"outcome":"Failed","reason":"TaskUnreadable","message":"no"}')
    world.settle()
    assert world.condition(*DATASET, "Stalled") == ("True", "LookFailed")
    world.wait(100_000)
    world.settle()
    assert "look" not in world.status(*DATASET)
    world.change(*DATASET, target="outcome")
    world.settle()
    assert world.status(*DATASET)["look"]["trigger"] == "spec"


def test_a_machines_fault_is_tried_six_times():
    """Five retries with growing pauses, then the look failed."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    for _ in range(6):
        world.fail(_job(world), 21)
        world.settle()
        world.wait(600)
        world.settle()
    assert world.status(*DATASET)["lastLook"]["phase"] == "Failed"
    assert len([name for name in world.created if name.startswith("Job/")]) == 6


def test_an_unreadable_message_is_read_from_the_store():
    """A Job that succeeded without words is asked again by a report Job."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    job = _job(world)
    world.finish(job, None)
    world.settle()
    (report,) = [name for name in world.names("Job") if name != job]
    world.finish(report, ingest_result("d", 100))
    world.settle()
    assert world.status(*DATASET)["current"]["digest"] == digest("d")


def test_a_changed_spec_gives_the_look_under_way_up():
    """The old look's Job goes, the new one obeys the new spec."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    old = _job(world)
    world.change(*DATASET, target="outcome")
    world.settle()
    assert _job(world) != old
    assert world.names("Job") == [_job(world)]


def test_settings_of_the_pod_start_no_look():
    """Only what decides the outcome of a look asks for one."""
    world = _first_version()
    world.change(*DATASET, pod={"nodeSelector": {"disk": "fast"}}, historyLimit=3)
    world.settle()
    assert "look" not in world.status(*DATASET)
    assert world.status(*DATASET)["observedGeneration"] == 2


def test_a_lost_job_is_created_again():
    """Between status and Job a crash may fall: the look on record is carried out."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    job = _job(world)
    world.delete("Job", job)
    world.settle()
    assert world.names("Job") == [job]


def test_versions_are_kept_to_the_history_limit():
    """Newest first; a version that comes back is moved up, not doubled."""
    world = _first_version(historyLimit=2)
    for character in ("e", "f", "e"):
        world.ask(*DATASET, f"refresh@now#{character}{len(world.created)}")
        world.settle()
        world.finish(_job(world), ingest_result(character, 100))
        world.settle()
    found = [version["digest"] for version in world.status(*DATASET)["versions"]]
    assert found == [digest("e"), digest("f")]


def test_a_dataset_that_is_being_deleted_is_left_alone():
    """No status, no action."""
    world = TrainingWorld(raw_dataset(meta={"deletionTimestamp": "2026-05-04T12:00:00Z"}))
    plan = world.plans()["Dataset/tumours"]
    assert (plan.status, plan.actions) == (None, ())
