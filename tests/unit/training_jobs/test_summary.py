"""What the columns of `kubectl get trainingjobs` say, told as stories."""

from __future__ import annotations

import json

from builders_training import digest, raw_deployment
from training_stories import JOB, a_world, new_data, newest_run, retraining, succeed
from training_world import TrainingWorld


def _columns(world: TrainingWorld) -> dict[str, str]:
    found: dict[str, str] = world.status(*JOB)["summary"]
    return found


def test_a_run_at_work() -> None:
    """The end of its name and its phase; nothing comes next before it ends."""
    world = a_world()
    found = _columns(world)
    assert found["run"] == f"{newest_run(world)['name'][-10:]} Pending"
    assert (found["champion"], found["gates"], found["next"]) == ("", "", "")
    assert found["why"] == f"Training: run {newest_run(world)['name']} is pending"


def test_a_refused_version_shows_the_numbers() -> None:
    """Gates passed of all, and why."""
    gates = [
        {"name": "good", "metric": "accuracy", "min": "0.95"},
        {"name": "fair", "metric": "accuracy", "min": "0.5"},
    ]
    world = a_world(gates=gates)
    succeed(world, "b", accuracy="0.9")
    found = _columns(world)
    assert found["gates"] == "1/2"
    expected = "VersionRefused: good failed: accuracy 0.9 < 0.95; fair: accuracy 0.9 ≥ 0.5"
    assert found["why"] == expected


def test_the_champion_is_what_serves() -> None:
    """Where nothing follows, it is the accepted version."""
    world = a_world()
    succeed(world, "b")
    assert _columns(world)["champion"] == "model-bbbbbbbbbb"
    world.put(raw_deployment(stable="9"))
    world.settle()
    assert _columns(world)["champion"] == "model-9999999999"


def test_what_comes_next() -> None:
    """Missing rows, the cooldown, a retry, suspension."""
    world = a_world(retrain=retraining(cooldownSeconds=60))
    succeed(world, "b")
    new_data(world, "f", 103)
    assert _columns(world)["next"] == "3 of 10 new rows"
    new_data(world, "a", 200)
    assert _columns(world)["next"].startswith("cooldown until 2026-05-04 12:01:00 UTC")
    world.wait(60)
    world.settle()
    world.lose(newest_run(world)["name"])
    world.settle()
    assert _columns(world)["next"] == "retry at 12:01:10 UTC"
    world.change(*JOB, suspend=True)
    world.settle()
    assert _columns(world)["next"] == "suspended"


def test_a_failure_of_other_inputs_is_not_why() -> None:
    """The recipe came back: what failed in between is history."""
    world = a_world()
    succeed(world, "b")
    world.change(*JOB, seed=1)
    world.settle()
    world.fail(newest_run(world)["name"], 12)
    world.settle()
    assert _columns(world)["why"].startswith("RecipeInvalid")
    world.change(*JOB, seed=0)
    world.settle()
    assert _columns(world)["why"].startswith("VersionAccepted")


def test_a_refused_import_says_what_to_do() -> None:
    """Two digests leave no room for it, so they are cut."""
    found, declared = digest("a"), digest("b")
    imported = {
        "source": {"pvc": {"claimName": "models", "path": "fraud/model.onnx"}},
        "format": "Onnx",
        "digest": declared,
    }
    world = a_world(**{"estimator": None, "import": imported})
    message = (
        f"import fraud/model.onnx: the digest is {found}, declared is {declared}. Declare the"
        " digest of this file if it is the one you want, or put the declared one back"
    )
    ended = {"verb": "train", "outcome": "Failed", "reason": "DigestMismatch", "message": message}
    world.fail(newest_run(world)["name"], 14, json.dumps(ended), container="fetch")
    world.settle()
    assert "Declare the digest of this file" in _columns(world)["why"]
