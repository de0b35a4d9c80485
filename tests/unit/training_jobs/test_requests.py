"""What people request of a TrainingJob."""

from __future__ import annotations

import pytest
from training_stories import (
    JOB,
    a_world,
    new_data,
    newest_run,
    succeed,
)


def test_a_request_runs_the_newest_data_even_if_it_ran_before() -> None:
    """`run@now` is a further attempt of the same inputs when no data is new."""
    world = a_world()
    succeed(world, "b")
    world.ask(*JOB, "run@now")
    world.settle()
    run = newest_run(world)
    assert (run["attempt"], run["cause"]["kind"], run["cause"]["id"]) == (1, "Request", "run@now")
    succeed(world, "b")
    assert world.status(*JOB)["current"]["name"] == "model-bbbbbbbbbb"
    assert len(world.status(*JOB)["runs"]) == 2


def test_a_failed_run_is_tried_again_by_request() -> None:
    """With the data it had, under a new attempt number."""
    world = a_world()
    world.fail(newest_run(world)["name"], 12)
    world.settle()
    failed = newest_run(world)
    new_data(world, "f", 900)
    world.ask(*JOB, f"retry@{failed['name']}")
    world.settle()
    run = newest_run(world)
    assert (run["attempt"], run["datasetDigest"]) == (1, failed["datasetDigest"])
    assert world.condition(*JOB, "Stalled") is None


KNOWN = "a TrainingJob knows run@now, retry@<run>, verify@<modelversion> and reset-retrain@now"


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        pytest.param(
            "promote@1",
            f"promote@1: {KNOWN}",
            id="a verb of another kind",
        ),
        pytest.param(
            "retry@model-1",
            "only a failed run of the current inputs is tried again",
            id="a retry while a run is at work",
        ),
        pytest.param(
            "run@later",
            f"run@later: {KNOWN}",
            id="a run cannot be scheduled by request",
        ),
        pytest.param(
            "reset-retrain@brakes",
            f"reset-retrain@brakes: {KNOWN}",
            id="a target that does not exist",
        ),
        pytest.param("run@now", "of these inputs is at work already", id="a run that is under way"),
    ],
)
def test_what_cannot_be_done_is_refused(request_: str, message: str) -> None:
    """Once, with the reason, and nothing else happens."""
    world = a_world()
    world.ask(*JOB, request_)
    world.settle()
    (outcome,) = world.status(*JOB)["requests"]
    assert outcome["outcome"] == "Refused"
    assert message in outcome["message"]
    assert len(world.status(*JOB)["runs"]) == 1


def test_a_suspended_training_job_runs_nothing_on_request() -> None:
    """The refusal says what to do first."""
    world = a_world()
    world.change(*JOB, suspend=True)
    world.ask(*JOB, "run@now")
    world.settle()
    (outcome,) = world.status(*JOB)["requests"]
    assert outcome["message"] == "spec.suspend is true: set it to false first"
