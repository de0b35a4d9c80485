"""When a BatchPrediction runs, goes on, stops and ends.

Proves: operator/trainyard/batch_predictions/observe.py
Proves: operator/trainyard/batch_predictions/observed.py
Proves: operator/trainyard/batch_predictions/triggers.py
"""

from __future__ import annotations

from collections.abc import Callable

from batch_stories import VERSION, BatchWorld
from builders_training import digest, judged, raw_model_version, raw_training_job
from training_world import Crash


def begun(**spec: object) -> BatchWorld:
    """Return a world whose run has begun."""
    world = BatchWorld(**spec)
    world.settle()
    return world


def test_it_scores_once() -> None:
    """One Job of a pod per part; what the parts say is summed up; then nothing more is done."""
    world = begun()
    job = world.raw("Job", world.job)["spec"]
    assert (2, "Indexed") == (job["completions"], job["completionMode"])
    assert ("True", "Scoring") == world.told("Reconciling")
    world.write_part(0, rows=7)
    assert ("1/2", 7) == (world.batch["summary"]["parts"], world.batch["summary"]["rows"])
    world.write_part(1, rows=5)
    world.complete()
    assert ("True", "RowsScored") == world.told("Ready")
    assert ("True", "RowsScored") == world.told("AllRowsScored")
    assert world.told("Reconciling") is None
    last = world.batch["lastRun"]
    assert (12, digest("b"), VERSION) == (
        last["written"]["scored"],
        last["bundleDigest"],
        last["modelVersion"],
    )
    assert f"predictions/daily/{last['run']}" == last["output"]
    writes = world.writes
    world.wait(100_000)
    world.settle()
    assert writes == world.writes


def test_rows_set_aside_are_told() -> None:
    """The run succeeds; a condition and the history have the reasons."""
    world = begun()
    world.whole_run(set_aside=2)
    assert ("True", "RowsScored") == world.told("Ready")
    assert ("False", "RowsSetAside") == world.told("AllRowsScored")
    assert "a.csv row 3: age old is no Integer" in world.batch["summary"]["why"]
    assert "2 set aside" in world.batch["history"][-1]["message"]


def test_a_changed_spec_scores_again() -> None:
    """The run of the old one is stopped; its folder is not that of the new one."""
    world = begun()
    first = world.job
    world.edit(source={"s3": {"path": "other/"}})
    assert [world.job] == list(world.names("Job"))
    assert first != world.job
    world.whole_run()
    world.edit(parallelism=7)
    assert world.batch.get("run") is None


def test_what_follows_a_training_job_waits_for_its_version() -> None:
    """It begins with the version of that moment, and does not change it on the way."""
    model = {"trainingJob": {"name": "model"}}
    world = BatchWorld(model=model)
    world.settle()
    assert ("False", "ModelNotFound") == world.told("Ready")
    world.put(raw_training_job(retrain={}))
    world.settle()
    assert ("True", "NoVersionYet") == world.told("Reconciling")
    assert not [name for name in world.created if "daily" in name]


def test_a_refused_version_does_not_score() -> None:
    """A pin is no way round the gates."""
    world = BatchWorld()
    world.put(raw_model_version("b", status=judged(False)))
    world.settle()
    assert ("False", "VersionRefused") == world.told("Ready")
    assert [] == list(world.names("Job"))


def test_a_failed_part_is_tried_again_and_what_is_written_counts() -> None:
    """The next attempt has another Job and the same folder; the count does not fall meanwhile."""
    world = begun()
    first, run = world.job, world.batch["run"]["run"]
    world.write_part(0)
    world.lose(world.job, "FailedIndexes")
    world.settle()
    assert ("True", "WaitingToRetry") == world.told("Reconciling")
    world.wait(11)
    world.settle()
    assert first != world.job
    assert (run, 1) == (world.batch["run"]["run"], world.batch["run"]["attempt"])
    assert [world.job] == list(world.names("Job"))
    assert "1/2" == world.batch["summary"]["parts"]
    world.whole_run()
    assert (20, 1) == (
        world.batch["lastRun"]["written"]["rows"],
        world.batch["lastRun"]["attempt"],
    )


def test_whatever_write_the_operator_dies_at_the_run_ends_the_same() -> None:
    """No part is scored by two Jobs, and none is forgotten."""
    story: tuple[Callable[[BatchWorld], None], ...] = (
        BatchWorld.settle,
        lambda world: world.write_part(0),
        lambda world: world.lose(world.job),
        BatchWorld.settle,
        lambda world: world.wait(11),
        BatchWorld.settle,
        lambda world: world.write_part(0),
        lambda world: world.write_part(1),
        BatchWorld.complete,
    )

    def lived(crash_at: int) -> BatchWorld:
        world = BatchWorld()
        world.crash_at = crash_at
        for step in story:
            try:
                step(world)
            except Crash:
                world.settle()
        return world

    whole = lived(0)
    for crash_at in range(1, whole.writes + 1):
        world = lived(crash_at)
        assert whole.created == world.created, crash_at
        assert ("True", "RowsScored") == world.told("Ready")
        assert whole.batch["lastRun"] == world.batch["lastRun"]


def test_retries_end() -> None:
    """After as many as the spec says; then a person is asked for."""
    world = begun(attempts={"maxRetries": 1})
    for _ in range(2):
        world.lose(world.job)
        world.settle()
        world.wait(700)
        world.settle()
    assert ("True", "RunFailed") == world.told("Stalled")
    assert ("False", "RunFailed") == world.told("Ready")
    assert (
        "retry@now" in world.batch["summary"]["why"] or "Stalled" in world.batch["summary"]["why"]
    )


def test_a_users_fault_is_final() -> None:
    """Nothing but another spec, or a request, tries it again."""
    world = begun()
    message = '{"reason": "ColumnMissing", "message": "file a.csv has no column age"}'
    world.fail(world.job, 15, message, "score")
    world.settle()
    assert ("True", "RunFailed") == world.told("Stalled")
    assert "no column age" in world.batch["summary"]["why"]
    world.wait(100_000)
    world.settle()
    assert world.batch.get("run") is None


def test_results_that_nobody_can_read_are_asked_for_again() -> None:
    """The Job succeeded and its pods are gone: another attempt finds every part written."""
    world = begun()
    world.complete()
    assert "ResultUnreadable" == world.batch["run"]["reason"]
    world.wait(11)
    world.settle()
    world.whole_run()
    assert ("True", "RowsScored") == world.told("Ready")


def test_a_job_that_vanished_is_made_again() -> None:
    """Under the next attempt's name."""
    world = begun()
    world.begin(world.job)
    world.settle()
    world.delete("Job", world.job)
    world.settle()
    assert "JobLost" == world.batch["run"]["reason"]


def test_parts_in_another_store_are_scored_once_more() -> None:
    """A Job of before the store was changed is not taken for ours."""
    world = begun()
    job = world.raw("Job", world.job)
    (container,) = job["spec"]["template"]["spec"]["containers"]
    for variable in container["env"]:
        if variable["name"] == "TRAINYARD_STORE_URL":
            variable["value"] = "file:///elsewhere"
    world.put(job)
    world.settle()
    assert "StoredElsewhere" == world.batch["run"]["reason"]


def test_suspend_stops_and_goes_on() -> None:
    """The parts that are written stay written."""
    world = begun()
    world.write_part(0)
    world.edit(suspend=True)
    assert [] == list(world.names("Job"))
    assert ("True", "Suspended") == world.told("Suspended")
    run = world.batch["run"]["run"]
    world.wait(5000)
    world.settle()
    assert [] == list(world.names("Job"))
    world.edit(suspend=False)
    assert run == world.batch["run"]["run"]
    assert "1/2" == world.batch["summary"]["parts"]
    world.whole_run()
    assert ("True", "RowsScored") == world.told("Ready")


def test_suspended_from_the_start_it_does_nothing() -> None:
    """And says so."""
    world = BatchWorld(suspend=True)
    world.settle()
    assert [] == list(world.names("Job"))
    assert ("True", "Suspended") == world.told("Suspended")


def test_the_clock_starts_runs() -> None:
    """At its slots alone; those missed while a run was at work are made up for by one."""
    world = begun(schedule={"cron": "0 * * * *"})
    assert [] == list(world.names("Job"))
    assert ("True", "Scheduled") == world.told("Ready")
    world.wait(3600)
    world.settle()
    assert ("True", "Scoring") == world.told("Running")
    assert world.told("Reconciling") is None
    world.wait(2 * 3600 + 60)
    world.settle()
    first = world.batch["run"]["run"]
    world.whole_run()
    second = world.batch["run"]["run"]
    assert first != second
    world.whole_run()
    assert world.batch.get("run") is None
    assert "2026-05-04T16:00:00Z" == world.batch["nextRunAt"]


def test_a_schedule_that_means_nothing_is_told() -> None:
    """It stalls until somebody changes it."""
    assert ("True", "SpecInvalid") == begun(schedule={"cron": "0 0 31 2 *"}).told("Stalled")


def test_a_scheduled_run_follows_the_new_spec() -> None:
    """Its slot is not lost."""
    world = begun(schedule={"cron": "0 * * * *"})
    world.wait(3600)
    world.settle()
    first = world.batch["run"]
    world.edit(source={"s3": {"path": "other/"}})
    assert first["trigger"] == world.batch["run"]["trigger"]
    assert first["run"] != world.batch["run"]["run"]


def test_the_store_itself_is_no_source() -> None:
    """As for Datasets."""
    world = begun(source={"pvc": {"claimName": "trainyard-store", "path": "x"}})
    assert ("True", "SpecInvalid") == world.told("Stalled")
    assert [] == list(world.names("Job"))
