"""When the clock starts a run, told as stories. It is noon on 4 May 2026."""

from __future__ import annotations

from typing import Any

import pytest
from builders_training import Raw, dataset_status
from training_stories import JOB, QUICK, a_world, new_data, newest_run, set_data, succeed
from training_world import TrainingWorld

MINUTE, HOUR = 60, 3600


def _hourly(when_unchanged: str = "Skip", **limits: int) -> Raw:
    schedule = {"cron": "0 * * * *", "whenUnchanged": when_unchanged}
    return {"schedule": schedule, "limits": {**QUICK, **limits}}


def _at_rest(**retrain: Any) -> TrainingWorld:
    """Return a world whose first run has given its version."""
    world = a_world(retrain=retrain)
    succeed(world, "b")
    return world


def _later(world: TrainingWorld, seconds: int) -> None:
    world.wait(seconds)
    world.settle()


def test_a_slot_trains_on_data_that_came_before_it() -> None:
    """Not before the slot, once at it, and the cause is recorded."""
    world = _at_rest(**_hourly())
    assert "2026-05-04T13:00:00Z" == world.status(*JOB)["nextScheduledAt"]
    new_data(world, "f", 120)
    assert 1 == len(world.status(*JOB)["runs"])
    _later(world, HOUR)
    cause = newest_run(world)["cause"]
    assert ("Schedule", "the slot of 2026-05-04 13:00 UTC") == (cause["kind"], cause["message"])
    assert "2026-05-04T14:00:00Z" == world.status(*JOB)["nextScheduledAt"]
    succeed(world, "c")
    _later(world, 10 * MINUTE)
    assert 2 == len(world.status(*JOB)["runs"])


def test_unchanged_data_is_skipped_and_said_once() -> None:
    """By default: the same inputs give the same model."""
    world = _at_rest(**_hourly())
    _later(world, HOUR)
    _later(world, HOUR)
    assert 1 == len(world.status(*JOB)["runs"])
    assert "2026-05-04T15:00:00Z" == world.status(*JOB)["nextScheduledAt"]
    said = [event for event in world.events if event.startswith("NothingChanged")]
    assert "NothingChanged: the slot of 2026-05-04 13:00 UTC: data and recipe had a run" in said[0]


def test_unchanged_data_is_trained_on_again_where_the_spec_says_run() -> None:
    """One more attempt at the same inputs."""
    world = _at_rest(**_hourly("Run"))
    _later(world, HOUR)
    newest = newest_run(world)
    assert ("Schedule", 1) == (newest["cause"]["kind"], newest["attempt"])


def test_slots_missed_meanwhile_are_one_run() -> None:
    """An operator that slept for five hours, or a clock that jumped."""
    world = _at_rest(**_hourly("Run"))
    _later(world, 5 * HOUR + MINUTE)
    assert "the slot of 2026-05-04 13:00 UTC" == newest_run(world)["cause"]["message"]
    assert "2026-05-04T18:00:00Z" == world.status(*JOB)["nextScheduledAt"]
    succeed(world, "c")
    _later(world, MINUTE)
    assert 2 == len(world.status(*JOB)["runs"])


def test_a_slot_waits_for_the_run_at_work() -> None:
    """Two runs of one TrainingJob are never at work together."""
    world = a_world(retrain=_hourly("Run"))
    _later(world, HOUR + MINUTE)
    assert 1 == len(world.status(*JOB)["runs"])
    succeed(world, "b")
    assert "Schedule" == newest_run(world)["cause"]["kind"]


def test_the_limits_hold_a_slot_back_and_then_let_it_go() -> None:
    """The cooldown of two hours after the first run is longer than the hour between slots."""
    world = _at_rest(**_hourly("Run", cooldownSeconds=2 * HOUR))
    _later(world, HOUR)
    assert 1 == len(world.status(*JOB)["runs"])
    _later(world, HOUR)
    assert "the slot of 2026-05-04 13:00 UTC" == newest_run(world)["cause"]["message"]


def test_a_suspended_job_starts_nothing_and_makes_up_for_one_slot() -> None:
    """The slot that was waited for is over once it goes on."""
    world = _at_rest(**_hourly("Run"))
    world.change(*JOB, suspend=True)
    world.settle()
    _later(world, 3 * HOUR)
    assert 1 == len(world.status(*JOB)["runs"])
    world.change(*JOB, suspend=False)
    world.settle()
    assert "the slot of 2026-05-04 13:00 UTC" == newest_run(world)["cause"]["message"]


@pytest.mark.parametrize(
    ("schedule", "field"),
    [
        pytest.param({"cron": "61 * * * *"}, "spec.retrain.schedule.cron", id="no such minute"),
        pytest.param(
            {"cron": "0 3 * * *", "timeZone": "Mars/Olympus"},
            "spec.retrain.schedule.timeZone",
            id="no such time zone",
        ),
    ],
)
def test_a_schedule_that_never_comes_is_a_condition(schedule: Raw, field: str) -> None:
    """What was trained stays; the condition names the field and goes when it is put right."""
    world = _at_rest(schedule=schedule, limits=QUICK)
    assert ("True", "ScheduleInvalid") == world.condition(*JOB, "Stalled")
    assert field in world.status(*JOB)["summary"]["why"]
    world.change(*JOB, retrain=_hourly())
    world.settle()
    assert "2026-05-04T13:00:00Z" == world.status(*JOB)["nextScheduledAt"]


def test_without_data_a_slot_waits() -> None:
    """The first run is the first: no slot starts another beside it."""
    world = a_world(data={"current": None, "versions": []}, retrain=_hourly("Run"))
    _later(world, 2 * HOUR)
    assert [] == world.status(*JOB).get("runs", [])
    set_data(world, dataset_status())
    world.settle()
    assert "FirstRun" == newest_run(world)["cause"]["kind"]


def test_kubectl_get_shows_the_next_slot() -> None:
    """While nothing sooner is waited for."""
    world = _at_rest(**_hourly())
    assert "scheduled for 2026-05-04 13:00 UTC" == world.status(*JOB)["summary"]["next"]
