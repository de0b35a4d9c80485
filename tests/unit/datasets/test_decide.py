"""What happens to a Dataset, told as stories on a cluster in memory."""

from __future__ import annotations

from builders_training import digest, ingest_result, raw_dataset
from dataset_stories import DATASET, refresh_job, with_first_version
from training_world import TrainingWorld


def test_a_new_dataset_is_refreshed() -> None:
    """The refresh is on record before its Job exists, and the Job bears its name."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    refresh = world.status(*DATASET)["refresh"]
    assert (refresh["phase"], refresh["trigger"]) == ("Pending", "spec")
    assert world.names("Job") == [refresh["name"]]
    assert world.condition(*DATASET, "Ready") == ("False", "NoVersionYet")
    assert world.condition(*DATASET, "Reconciling") == ("True", "Refreshing")


def test_a_refresh_that_nobody_saw_at_work_still_says_when_it_began() -> None:
    """An operator that was away finds the Job over: its pods tell the beginning."""
    status = with_first_version().status(*DATASET)
    assert status["lastRefresh"]["startedAt"] == "2026-05-04T12:00:00Z"


def test_a_settled_dataset_plans_nothing() -> None:
    """Deciding again on the world that the last plan made yields no action and no change."""
    world = with_first_version()
    plan = world.plans()["Dataset/tumours"]
    assert (plan.actions, plan.events, plan.again_after) == ((), (), None)
    assert plan.status is not None
    assert plan.status.to_api() == world.status(*DATASET)


def test_cron_refreshes_at_its_slots_and_missed_slots_are_one_refresh() -> None:
    """The next slot is in the status; an operator that slept catches up once."""
    world = with_first_version(refresh={"cron": "*/15 * * * *"})
    assert world.status(*DATASET)["nextRefreshAt"] == "2026-05-04T12:15:00Z"
    world.wait(3600 + 60)
    world.settle()
    status = world.status(*DATASET)
    assert status["refresh"]["trigger"] == "cron:2026-05-04T12:15:00Z"
    assert status["nextRefreshAt"] == "2026-05-04T13:15:00Z"


def test_a_source_that_is_not_there_is_tried_again() -> None:
    """Files may come after the Dataset: pauses grow, and no attempt is the last."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    text = '"reason":"SourceNotFound","message":"no file below /trainyard/source"'
    said = f'{{"verb":"ingest","outcome":"Failed",{text}}}'
    for attempt, pause in enumerate((10, 20, 40)):
        refresh = world.status(*DATASET)["refresh"]
        assert (refresh["phase"], refresh["attempt"]) == ("Pending", attempt)
        world.fail(refresh_job(world), 25, said)
        world.settle()
        assert world.condition(*DATASET, "Reconciling") == ("True", "SourceNotFound")
        world.wait(pause - 1)
        world.settle()
        assert world.status(*DATASET)["refresh"]["phase"] == "Waiting"
        world.wait(1)
        world.settle()
    assert [e for e in world.events if "WaitingToRetry" in e] == [
        "WaitingToRetry: SourceNotFound: no file below ConfigMap files"
    ]


def test_a_users_fault_stalls_until_the_spec_changes() -> None:
    """Nothing is tried again by itself; a new spec starts a new refresh."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    world.fail(
        refresh_job(world), 10, '{"outcome":"Failed","reason":"TaskUnreadable","message":"no"}'
    )
    world.settle()
    assert world.condition(*DATASET, "Stalled") == ("True", "RefreshFailed")
    world.wait(100_000)
    world.settle()
    assert "refresh" not in world.status(*DATASET)
    world.change(*DATASET, target="outcome")
    world.settle()
    assert world.status(*DATASET)["refresh"]["trigger"] == "spec"


def test_a_failure_of_the_infrastructure_is_tried_six_times() -> None:
    """Five retries with growing pauses, then the refresh failed."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    for _ in range(6):
        world.fail(refresh_job(world), 21)
        world.settle()
        world.wait(600)
        world.settle()
    assert world.status(*DATASET)["lastRefresh"]["phase"] == "Failed"
    assert len([name for name in world.created if name.startswith("Job/")]) == 6


def test_an_unreadable_message_is_read_from_the_store() -> None:
    """A Job that succeeded without words is asked again by a report Job."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    job = refresh_job(world)
    world.finish(job, None)
    world.settle()
    (report,) = [name for name in world.names("Job") if name != job]
    world.finish(report, ingest_result("d", 100))
    world.settle()
    assert world.status(*DATASET)["current"]["digest"] == digest("d")


def test_a_changed_spec_stops_the_refresh_under_way() -> None:
    """The old refresh's Job goes, the new one obeys the new spec."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    old = refresh_job(world)
    world.change(*DATASET, target="outcome")
    world.settle()
    assert refresh_job(world) != old
    assert world.names("Job") == [refresh_job(world)]


def test_settings_of_the_pod_start_no_refresh() -> None:
    """Only what decides the outcome of a refresh asks for one."""
    world = with_first_version()
    world.change(*DATASET, pod={"nodeSelector": {"disk": "fast"}}, historyLimit=3)
    world.settle()
    assert "refresh" not in world.status(*DATASET)
    assert world.status(*DATASET)["observedGeneration"] == 2


def test_a_lost_job_is_created_again() -> None:
    """Between status and Job a crash may fall: the refresh on record is carried out."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    job = refresh_job(world)
    world.delete("Job", job)
    world.settle()
    assert world.names("Job") == [job]


def test_a_dataset_that_is_being_deleted_is_left_alone() -> None:
    """No status, no action."""
    world = TrainingWorld(raw_dataset(meta={"deletionTimestamp": "2026-05-04T12:00:00Z"}))
    plan = world.plans()["Dataset/tumours"]
    assert (plan.status, plan.actions) == (None, ())


def test_the_store_itself_is_no_source() -> None:
    """Nothing is read from its claim, whatever the path; another source is read at once."""
    own = {"pvc": {"claimName": "trainyard-store", "path": "default/team-a/datasets/*/*/test/*"}}
    world = TrainingWorld(raw_dataset(source=own))
    world.settle()
    assert [] == world.names("Job")
    assert world.condition(*DATASET, "Stalled") == ("True", "SpecInvalid")
    assert "trainyard-store is the artifact store itself" in world.status(*DATASET)["why"]
    world.change(*DATASET, source={"configMap": {"name": "files"}})
    world.settle()
    assert 1 == len(world.names("Job"))
    assert world.condition(*DATASET, "Stalled") is None
