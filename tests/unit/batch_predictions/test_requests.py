"""What people ask of a BatchPrediction."""

from __future__ import annotations

import pytest
from batch_stories import BatchWorld


@pytest.fixture
def world() -> BatchWorld:
    """A run that is at work, with one part written."""
    found = BatchWorld()
    found.settle()
    found.write_part(0)
    return found


def outcome(world: BatchWorld) -> tuple[str, str]:
    """Return what came of the last request."""
    last = world.batch["requests"][-1]
    return last["outcome"], last["message"]


def test_run_scores_once_more(world: BatchWorld) -> None:
    """After the run at work; the same words count once."""
    first = world.batch["run"]["run"]
    world.request("run@now#1")
    assert first == world.batch["run"]["run"]
    world.whole_run()
    assert ("Done", "runs") == outcome(world)
    assert first != world.batch["run"]["run"]
    world.whole_run()
    assert world.batch.get("run") is None


def test_abort_ends_the_run(world: BatchWorld) -> None:
    """Nothing begins again by itself; retry goes on where it was."""
    run = world.batch["run"]["run"]
    world.request("abort@now")
    assert [] == list(world.names("Job"))
    assert ("False", "RunStopped") == world.told("Ready")
    assert ("True", "RunStopped") == world.told("Stalled")
    world.wait(5000)
    world.settle()
    assert world.batch.get("run") is None
    world.request("retry@now")
    assert run == world.batch["run"]["run"]
    assert "1/2" == world.batch["summary"]["parts"]
    world.whole_run()
    assert ("True", "RowsScored") == world.told("Ready")


def test_retry_does_not_wait_for_the_pause(world: BatchWorld) -> None:
    """A run that waits is tried at once."""
    world.lose(world.job)
    world.settle()
    world.request("retry@now")
    assert "Pending" == world.batch["run"]["phase"]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("promote@now", "knows run@now, retry@now and abort@now"),
        ("run@later", "knows run@now"),
        ("retry@now", "only a run that failed or was stopped"),
        ("nonsense", "knows run@now"),
    ],
)
def test_what_cannot_be_done_is_refused(world: BatchWorld, request_: str, words: str) -> None:
    """With what can be."""
    world.request(request_)
    said, message = outcome(world)
    assert "Refused" == said
    assert words in message


def test_without_a_run_there_is_nothing_to_abort(world: BatchWorld) -> None:
    """And it is said."""
    world.whole_run()
    world.request("abort@now")
    assert ("Refused", "no run is at work") == outcome(world)


def test_a_failed_run_of_another_spec_does_not_go_on(world: BatchWorld) -> None:
    """Its parts are of other files."""
    world.request("abort@now")
    world.edit(schedule={"cron": "0 * * * *"}, parts=5)
    world.request("retry@now")
    assert "followed another spec" in outcome(world)[1]


def test_nothing_runs_while_suspended_or_without_a_model(world: BatchWorld) -> None:
    """Both are said at once, instead of a run some day."""
    world.request("abort@now")
    world.edit(suspend=True)
    world.request("run@now#2")
    assert "spec.suspend is true" in outcome(world)[1]
    world.edit(suspend=False)
    world.delete("ModelVersion", "model-bbbbbbbbbb")
    world.request("run@now#3")
    assert "does not exist" in outcome(world)[1]
