"""The operator dies before any single write of the main flow: the end is the same."""

from __future__ import annotations

from typing import Any

import pytest
from builders_training import ingest_result, raw_dataset, raw_deployment, raw_training_job
from training_stories import DATASET, JOB, QUICK, newest_run, succeed
from training_world import Crash, TrainingWorld

GATE = {"name": "not-worse", "metric": "accuracy", "againstChampion": {"maxRegression": "0.1"}}
RETRAIN = {"onNewData": {}, "limits": QUICK}


def _settle(world: TrainingWorld) -> None:
    """Settle; an operator that dies is started again."""
    try:
        world.settle()
    except Crash:
        world.settle()


def _story(crash_at: int) -> TrainingWorld:
    """Data, a run, a version that serves, newer data, a run that is compared, a second version."""
    world = TrainingWorld(
        raw_dataset(), raw_training_job(gates=[GATE], retrain=RETRAIN, historyLimit=1)
    )
    world.crash_at = crash_at
    _settle(world)
    for number, character in enumerate("df", start=1):
        world.finish(
            world.status(*DATASET)["refresh"]["name"], ingest_result(character, 100 * number)
        )
        _settle(world)
        world.begin(newest_run(world)["name"])
        _settle(world)
        try:
            succeed(world, character, accuracy="0.9")
        except Crash:
            world.settle()
        world.put(raw_deployment(stable="d"))
        world.ask(*DATASET, f"refresh@now#{number}")
        _settle(world)
        for job in _evaluations(world):
            champion = {"bundle": "sha256:" + "d" * 64, "metrics": {"accuracy": "0.8"}}
            world.finish(job, {"outcome": "Succeeded", "champion": champion})
            _settle(world)
    return world


def _evaluations(world: TrainingWorld) -> list[str]:
    return [
        raw["metadata"]["name"]
        for (kind, _), raw in world.objects()
        if kind == "Job" and raw["metadata"]["labels"]["trainyard.dev/owner-kind"] == "modelversion"
    ]


def _end(world: TrainingWorld) -> dict[str, Any]:
    """Everything that is there at the end, without the operator's own words about the way."""
    found = {}
    for (kind, name), raw in world.objects():
        status = {k: v for k, v in raw.get("status", {}).items() if k != "history"}
        found[f"{kind}/{name}"] = (raw.get("spec", {}), status)
    return found


UNDISTURBED = _story(0)


@pytest.mark.parametrize("crash_at", range(1, UNDISTURBED.writes + 1))
def test_a_crash_before_any_write_changes_nothing_in_the_end(crash_at: int) -> None:
    """The same objects with the same statuses, and no Job was ever made under a second name."""
    world = _story(crash_at)
    assert _end(UNDISTURBED) == _end(world)
    assert sorted(set(UNDISTURBED.created)) == sorted(set(world.created))


def test_the_story_is_the_main_flow() -> None:
    """Two versions of the data, two runs, two accepted versions, one compared by a Job."""
    assert len(UNDISTURBED.names("ModelVersion")) == 2
    assert UNDISTURBED.status(*JOB)["current"]["name"] == "model-ffffffffff"
    assert [name for name in UNDISTURBED.created if name.startswith("ModelVersion/")] == [
        "ModelVersion/model-dddddddddd",
        "ModelVersion/model-ffffffffff",
    ]
    assert UNDISTURBED.writes > 20
