"""What a server of OpenLineage is told of a Dataset's refreshes, over HTTP.

Proves: operator/trainyard/lineage.py
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from builders_training import digest, ingest_result, raw_dataset, raw_training_job, refusal
from dataset_stories import DATASET, refresh_job
from lineage_scene import TOLD, LineageScene, lineage_scene, names
from training_world import TrainingWorld

PLACE = "trainyard://default/team"
SOURCE = {"s3": {"bucket": "raw", "path": "tumours/"}}
Scene = LineageScene[TrainingWorld]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A Dataset that has found nothing yet."""
    world = TrainingWorld(raw_dataset(source=SOURCE, tracking=TOLD))
    async with lineage_scene(world, DATASET, tmp_path) as found:
        found.world.settle()
        yield found


async def test_each_version_is_told_with_the_files_it_came_from(scene: Scene) -> None:
    """By a job that reads them and gives the version; again only when another one comes."""
    scene.world.finish(refresh_job(scene.world), ingest_result("d", 100))
    await scene.arrived()
    job = "dataset/tumours"
    assert [("START", job), ("COMPLETE", job)] == scene.events()
    told = scene.bodies[-1]
    assert ["s3://raw tumours/"] == names(told["inputs"])
    (given,) = told["outputs"]
    assert [f"{PLACE} {job}"] == names([given])
    assert digest("d") == given["facets"]["version"]["datasetVersion"]
    assert 100 == given["outputFacets"]["outputStatistics"]["rowCount"]
    assert "INGESTION" == told["job"]["facets"]["jobType"]["jobType"]
    assert ("True", "Tracked") == scene.world.condition(*DATASET, "LineageTracked")
    scene.world.ask(*DATASET, "refresh@now")
    scene.world.settle()
    scene.world.finish(refresh_job(scene.world), ingest_result("e", 120))
    await scene.arrived()
    assert 4 == len(scene.events())
    assert digest("e") == scene.bodies[-1]["outputs"][0]["facets"]["version"]["datasetVersion"]


async def test_data_that_is_refused_is_told_as_a_failure(scene: Scene) -> None:
    """With what the checks said; it gives nothing."""
    scene.world.finish(refresh_job(scene.world), refusal())
    await scene.arrived()
    last = scene.bodies[-1]
    assert ("FAIL", []) == (last["eventType"], last["outputs"])
    said = scene.world.status(*DATASET)["history"][-1]["message"]
    assert said in last["run"]["facets"]["errorMessage"]["message"]


async def test_a_server_that_nobody_knows_stops_no_refresh(scene: Scene) -> None:
    """The condition says which there are; without spec.tracking there is none."""
    scene.world.change(*DATASET, tracking={"openlineage": {"server": "nobody"}})
    scene.world.settle()
    scene.world.finish(refresh_job(scene.world), ingest_result("d", 100))
    scene.world.settle()
    assert ("False", "NotTracked") == scene.world.condition(*DATASET, "LineageTracked")
    assert "it has: team" in scene.state["why"]
    assert ("True", "VersionFound") == scene.world.condition(*DATASET, "Ready")
    scene.world.change(*DATASET, tracking=None)
    scene.world.settle()
    assert "lineage" not in scene.world.status(*DATASET)
    assert scene.world.condition(*DATASET, "LineageTracked") is None


async def test_training_reads_what_refreshes_gave(tmp_path: Path) -> None:
    """Where the Dataset tells of its files itself, a run names the version's place in the store."""
    found = {}
    for name, tracking in (("told", TOLD), ("untold", None)):
        world = TrainingWorld(
            raw_dataset(source=SOURCE, tracking=tracking), raw_training_job(tracking=TOLD)
        )
        async with lineage_scene(world, ("TrainingJob", "model"), tmp_path) as scene:
            world.settle()
            world.finish(refresh_job(world), ingest_result("d", 100))
            world.settle()
            world.begin(world.status("TrainingJob", "model")["runs"][0]["name"])
            await scene.arrived()
            (read,) = next(b for b in scene.bodies if b["job"]["name"] == "model")["inputs"]
            (where,) = read["facets"]["symlinks"]["identifiers"]
            found[name] = f"{where['namespace']}/{where['name']}"
    store = f"{world.installation.store}/default/team"
    place = f"{store}/datasets/sha256/{digest('d').removeprefix('sha256:')}"
    assert {"told": place, "untold": "s3://raw/tumours/"} == found
