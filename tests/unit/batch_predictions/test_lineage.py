"""What a server of OpenLineage is told of a BatchPrediction's runs, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from batch_stories import NAME, BatchWorld
from builders_training import digest
from lineage_scene import TOLD, LineageScene, lineage_scene, names

from trainyard.installation import Installation

BATCH = ("BatchPrediction", NAME)
JOB = f"batchprediction/{NAME}"
PLACE = "trainyard://default/team"
Scene = LineageScene[BatchWorld]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """One whose first run was decided on."""
    async with lineage_scene(BatchWorld(tracking=TOLD), BATCH, tmp_path) as found:
        found.world.settle()
        yield found


def part_of_store(installation: Installation) -> str:
    """Where the namespace's things lie."""
    return f"{installation.store}/default/team"


async def test_a_run_is_told_from_its_files_and_model_to_its_predictions(scene: Scene) -> None:
    """As it goes, and as it ended with its counts."""
    assert [] == scene.events()
    scene.world.begin(scene.world.job)
    await scene.arrived()
    assert [("START", JOB), ("RUNNING", JOB)] == scene.events()
    scene.world.whole_run(rows=10, set_aside=1)
    await scene.arrived()
    assert [("START", JOB), ("COMPLETE", JOB)] == scene.events()[2:]
    last, run = scene.bodies[-1], scene.world.batch["lastRun"]
    files, model = last["inputs"]
    store = part_of_store(scene.world.installation)
    assert f"{store}/incoming/" == f"{files['namespace']}/{files['name']}"
    assert [f"{PLACE} model/model"] == names([model])
    assert digest("b") == model["facets"]["version"]["datasetVersion"]
    (given,) = last["outputs"]
    assert [f"{PLACE} predictions/{NAME}"] == names([given])
    assert run["run"] == given["facets"]["version"]["datasetVersion"]
    (where,) = given["facets"]["symlinks"]["identifiers"]
    assert f"{store}/{run['output']}" == f"{where['namespace']}/{where['name']}"
    assert 19 == given["outputFacets"]["outputStatistics"]["rowCount"]
    assert ("True", "Tracked") == scene.world.told("LineageTracked")


async def test_an_attempt_that_failed_and_the_next_are_two_runs(scene: Scene) -> None:
    """So that none has two ends."""
    first = scene.world.job
    scene.world.begin(first)
    await scene.arrived()
    scene.world.lose(first)
    await scene.arrived()
    failed = scene.bodies[-1]
    assert "FAIL" == failed["eventType"]
    assert failed["run"]["facets"]["errorMessage"]["message"]
    scene.world.wait(3600)
    scene.world.settle()
    scene.world.begin(scene.world.job)
    scene.world.whole_run()
    await scene.arrived()
    assert "COMPLETE" == scene.bodies[-1]["eventType"]
    assert failed["run"]["runId"] != scene.bodies[-1]["run"]["runId"]


async def test_a_run_that_is_stopped_is_aborted(scene: Scene) -> None:
    """By a request."""
    scene.world.begin(scene.world.job)
    await scene.arrived()
    scene.world.request("abort@now")
    await scene.arrived()
    assert ("ABORT", JOB) == scene.events()[-1]


async def test_files_of_an_earlier_spec_are_not_told(scene: Scene) -> None:
    """Nobody knows any more which ones they were; the model is known by its digest."""
    scene.world.begin(scene.world.job)
    scene.receiver.status = 503
    scene.world.whole_run()
    scene.world.edit(source={"s3": {"path": "others/"}}, suspend=True)
    scene.receiver.status = 200
    scene.world.wait(3600)
    await scene.arrived()
    assert [f"{PLACE} model/model"] == names(scene.bodies[-1]["inputs"])
