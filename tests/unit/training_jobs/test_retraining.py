"""When a retrain begins by itself, told as stories."""

from __future__ import annotations

from builders_training import (
    a_rollout,
    a_signal,
    dataset_status,
    digest,
    ingest_result,
    raw_deployment,
)
from training_stories import (
    DATASET,
    JOB,
    QUICK,
    a_world,
    new_data,
    newest_run,
    retraining,
    set_data,
    succeed,
)
from training_world import TrainingWorld


def test_a_signal_with_new_data_starts_a_run_whose_cause_is_recorded() -> None:
    """The cause is on run and version."""
    on_signals = [{"modelDeployment": {"name": "serving"}, "signals": ["Errors"]}]
    world = a_world(retrain={"onSignals": on_signals, "limits": QUICK})
    succeed(world, "b")
    world.put(raw_deployment(stable="b", signals=[a_signal()]))
    set_data(world, dataset_status("f", 100))
    world.settle()
    cause = newest_run(world)["cause"]
    assert (cause["kind"], cause["id"]) == ("Signal", "uid-serving/r1/Errors")
    succeed(world, "c")
    version = world.raw("ModelVersion", "model-cccccccccc")
    assert version["spec"]["cause"]["kind"] == "Signal"


def test_a_signal_without_new_data_wants_fresh_data_once() -> None:
    """Nothing new to learn: said once, and the Dataset looks once per id."""
    on_signals = [{"modelDeployment": {"name": "serving"}}]
    world = a_world(retrain={"onSignals": on_signals, "limits": QUICK})
    succeed(world, "b")
    world.put(raw_deployment(stable="b", signals=[a_signal()]))
    world.settle()
    assert world.status(*JOB)["refreshRequested"]["id"] == "uid-serving/r1/Errors"
    assert world.status(*DATASET)["refresh"]["trigger"] == "retrain:uid-serving/r1/Errors"
    said = [event for event in world.events if event.startswith("NothingNewToLearn")]
    expected = "Errors of ModelDeployment serving: nothing new to learn, version dddddddddddd"
    assert said == [f"NothingNewToLearn: {expected} was trained on already"]
    world.wait(60)
    world.settle()
    assert len([event for event in world.events if event.startswith("NothingNew")]) == 1


def test_fresh_data_that_a_signal_wanted_is_trained_on() -> None:
    """The look finds new rows, the run starts, the wish is gone."""
    on_signals = [{"modelDeployment": {"name": "serving"}}]
    world = a_world(retrain={"onSignals": on_signals, "limits": QUICK})
    succeed(world, "b")
    world.put(raw_deployment(stable="b", signals=[a_signal()]))
    world.settle()
    world.finish(world.status(*DATASET)["refresh"]["name"], ingest_result("f", 130))
    world.settle()
    assert newest_run(world)["cause"]["kind"] == "Signal"
    assert newest_run(world)["datasetDigest"] == digest("f")
    assert "refreshRequested" not in world.status(*JOB)


def test_no_signalled_retrain_begins_during_a_rollout() -> None:
    """What is being released now may be the cure already."""
    on_signals = [{"modelDeployment": {"name": "serving"}}]
    world = a_world(retrain={"onSignals": on_signals, "limits": QUICK})
    succeed(world, "b")
    world.put(raw_deployment(stable="b", signals=[a_signal()], rollout=a_rollout()))
    new_data(world, "f", 100)
    assert len(world.status(*JOB)["runs"]) == 1
    assert "waits for the rollout of serving to end" in world.events[-1]
    world.put(raw_deployment(stable="b", signals=[a_signal()]))
    world.settle()
    assert len(world.status(*JOB)["runs"]) == 2


def test_the_cooldown_delays_and_coalesces_to_the_newest_data() -> None:
    """Two versions arrive during the pause: one run, of the newer one."""
    world = a_world(retrain=retraining(cooldownSeconds=600))
    succeed(world, "b")
    world.wait(300)
    new_data(world, "f", 200)
    new_data(world, "a", 300)
    assert len(world.status(*JOB)["runs"]) == 1
    expected = "cooldown until 2026-05-04 12:10:00 UTC (600 s after the last run)"
    assert world.status(*JOB)["summary"]["next"] == expected
    world.wait(300)
    world.settle()
    assert newest_run(world)["datasetDigest"] == digest("a")
    assert len(world.status(*JOB)["runs"]) == 2


def test_runs_per_day_are_counted() -> None:
    """The third retrain of the day waits until the first is a day old."""
    world = a_world(retrain=retraining(maxRunsPerDay=2))
    succeed(world, "b")
    for character, rows in (("f", 200), ("a", 300)):
        new_data(world, character, rows)
        succeed(world, character)
        world.wait(60)
    new_data(world, "c", 400)
    assert len(world.status(*JOB)["runs"]) == 3
    assert world.condition(*JOB, "Stalled") is None
    world.wait(24 * 3600)
    world.settle()
    assert len(world.status(*JOB)["runs"]) == 4


def _three_refused(world: TrainingWorld) -> None:
    for index, character in enumerate("f93"):
        new_data(world, character, 200 + 100 * index)
        succeed(world, character, accuracy="0.1")


def _with_gate() -> TrainingWorld:
    gates = [{"name": "good", "metric": "accuracy", "min": "0.5"}]
    world = a_world(raw_deployment(), retrain=retraining(), gates=gates)
    succeed(world, "b", accuracy="0.9")
    world.put(raw_deployment(stable="b"))
    world.settle()
    return world


def test_retrains_that_come_to_nothing_stop_until_somebody_releases_them() -> None:
    """Three refused in a row: stalled, with the command that goes on."""
    world = _with_gate()
    _three_refused(world)
    assert world.condition(*JOB, "Stalled") == ("True", "RetrainStopped")
    new_data(world, "7", 900)
    assert len(world.status(*JOB)["runs"]) == 4
    (stalled,) = [c for c in world.status(*JOB)["conditions"] if c["type"] == "Stalled"]
    world.ask(*JOB, "run@now")
    world.settle()
    assert newest_run(world)["phase"] == "Pending"
    assert world.condition(*JOB, "Reconciling") is None  # what waits for it need not wait
    succeed(world, "7", accuracy="0.1")
    world.ask(*JOB, stalled["message"].partition("trainyard.dev/request=")[2])
    world.settle()
    assert world.condition(*JOB, "Stalled") is None
    assert len(world.status(*JOB)["runs"]) == 5


def test_only_a_promotion_resets_the_count() -> None:
    """An accepted version that is not promoted leaves it; when it is stable, it starts anew."""
    world = _with_gate()
    for index, character in enumerate("f9"):
        new_data(world, character, 200 + 100 * index)
        succeed(world, character, accuracy="0.1")
    new_data(world, "3", 700)
    succeed(world, "3", accuracy="0.9")
    assert world.status(*JOB)["limits"]["failuresInARow"] == 2
    world.put(raw_deployment(stable="3"))
    world.settle()
    assert world.status(*JOB)["limits"]["failuresInARow"] == 0


def test_a_rollback_counts_as_a_retrain_that_came_to_nothing() -> None:
    """A deployment that quarantined the bundle counts once."""
    world = _with_gate()
    new_data(world, "f", 200)
    succeed(world, "f", accuracy="0.9")
    lost = {
        "bundleDigest": digest("f"),
        "revision": "r2",
        "since": "2026-05-04T12:00:00Z",
        "reason": "FailedCheck",
    }
    world.put(raw_deployment(stable="b", quarantine=[lost]))
    world.settle()
    assert world.status(*JOB)["limits"]["failuresInARow"] == 1
