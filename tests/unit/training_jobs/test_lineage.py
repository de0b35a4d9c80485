"""What a server of OpenLineage is told of a TrainingJob's life, over HTTP.

Proves: operator/trainyard/training_jobs/tracking.py
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lineage_scene import TOLD, LineageScene, lineage_scene
from training_stories import JOB, a_world, newest_run, succeed
from training_world import TrainingWorld
from trial_pods import end, leave

Scene = LineageScene[TrainingWorld]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """The server is there."""
    async with lineage_scene(a_world(tracking=TOLD), JOB, tmp_path) as found:
        yield found


async def test_a_life_is_told_by_its_events(scene: Scene) -> None:
    """The run as it goes and as it ended, then the version that it gave."""
    scene.world.begin(newest_run(scene.world)["name"])
    await scene.arrived()
    name = JOB[1]
    assert [("START", name), ("RUNNING", name)] == scene.events()[:2]
    succeed(scene.world, "b", accuracy="0.9")
    await scene.arrived()
    assert ("COMPLETE", name) == scene.events()[-1]
    assert ("True", "Tracked") == scene.world.condition(*JOB, "LineageTracked")
    bodies = [body for _, body in scene.receiver.requests]
    run = [body for body in bodies if body.get("eventType") == "COMPLETE"][-1]
    raw = newest_run(scene.world)
    assert raw["datasetDigest"] == run["inputs"][0]["facets"]["version"]["datasetVersion"]
    assert raw["bundleDigest"] == run["outputs"][0]["facets"]["version"]["datasetVersion"]
    assert 1 == len({body["run"]["runId"] for body in bodies if "run" in body})
    versions = [body["dataset"] for body in bodies if "dataset" in body]
    assert {raw["bundleDigest"]} == {v["facets"]["version"]["datasetVersion"] for v in versions}


async def test_a_server_that_is_away_delays_nothing_and_is_told_later(scene: Scene) -> None:
    """Beginning and end of what happened meanwhile both come."""
    scene.receiver.status = 503
    scene.world.begin(newest_run(scene.world)["name"])
    for _ in range(20):
        scene.world.settle()
        await asyncio.sleep(0.01)
    succeed(scene.world, "b", accuracy="0.9")
    scene.world.settle()
    assert ("True", "VersionAccepted") == scene.world.condition(*JOB, "Ready")
    assert ("False", "NotTracked") == scene.world.condition(*JOB, "LineageTracked")
    assert "it answers 503" == scene.state["why"]
    scene.receiver.status = 200
    scene.world.wait(3600)
    await scene.arrived()
    assert ["START", "COMPLETE"] == [kind for kind, _ in scene.events()]
    assert ("True", "Tracked") == scene.world.condition(*JOB, "LineageTracked")


async def test_mlflow_that_is_away_holds_up_no_lineage(scene: Scene) -> None:
    """Each tracker has numbers of its own, under one name of a server, too."""
    both = {kind: {"server": "team"} for kind in ("mlflow", "openlineage")}
    scene.world.change(*JOB, tracking=both)
    scene.world.begin(newest_run(scene.world)["name"])
    succeed(scene.world, "b", accuracy="0.9")
    await scene.arrived()
    assert ("True", "Tracked") == scene.world.condition(*JOB, "LineageTracked")
    assert ("False", "NotTracked") == scene.world.condition(*JOB, "Tracked")
    scene.world.change(*JOB, tracking={"mlflow": {"server": "team"}})
    scene.world.settle()
    assert "lineage" not in scene.world.status(*JOB)


async def test_trials_are_told_once_when_their_run_has_ended(scene: Scene) -> None:
    """However often the status changed while they were tried; then their table goes."""
    space = [{"name": "C", "values": ["1", "0", "10"]}]
    search = {"strategy": "Grid", "trials": 3, "objective": "accuracy", "space": space}
    estimator = {"class": "sklearn.svm.SVC"}
    scene.world.change(*JOB, estimator=estimator, search=search)
    scene.world.settle()
    for trial, outcome in enumerate(({"score": "0.8"}, {"why": "C is 0"}, {"score": "0.9"})):
        leave(scene.world, trial, **outcome)
        await scene.arrived()
    trial_of = f"{JOB[1]}/trial"
    assert trial_of not in {name for _, name in scene.events()}
    end(scene.world)
    succeed(scene.world, "b", accuracy="0.9")
    await scene.arrived()
    kinds = [kind for kind, name in scene.events() if name == trial_of]
    assert ["START", "COMPLETE", "START", "FAIL", "START", "COMPLETE"] == kinds
    assert ("COMPLETE", JOB[1]) == scene.events()[-1]
    tried = [b for b in scene.bodies if (b["eventType"], b["job"]["name"]) == ("FAIL", trial_of)]
    parent = tried[0]["run"]["facets"]["parent"]["run"]["runId"]
    assert scene.bodies[-1]["run"]["runId"] == parent
    assert not newest_run(scene.world)["search"].get("scores")
