"""A TrainingJob's life as a real MLflow server holds it: run, trials, version, roles."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
from builders_training import Raw, an_installation, raw_deployment
from job_pods import ended, pod_of
from training_stories import JOB, a_world, newest_run, succeed
from training_world import TrainingWorld

from trainyard.clients.mlflow import HttpMlflow
from trainyard.outbox import Outbox
from trainyard.tracking_servers import TrackingServers

KNOWN = TrackingServers.model_validate({"team": {}})
PASSES = 1200
PAUSE_SECONDS = 0.05
SEARCH = {
    "strategy": "Grid",
    "trials": 3,
    "objective": "accuracy",
    "space": [{"name": "C", "values": ["0.1", "1", "10"]}],
}
ESTIMATOR = {
    "class": "sklearn.linear_model.LogisticRegression",
    "parameters": {"max_iter": 200, "penalty": {"$none": True}},
}


async def arrived(world: TrainingWorld) -> None:
    """Pass after pass, until the server has everything."""
    for _ in range(PASSES):
        world.settle()
        state = world.status(*JOB)["tracking"]
        if state["number"] == state["delivered"] and not state.get("why"):
            return
        if state.get("why"):
            world.wait(3600)  # a busy machine let the server answer too late: it is tried again
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError(f"not everything arrived: {world.status(*JOB)['tracking']}")


def try_trials(world: TrainingWorld) -> None:
    """The trials of the search end, the last of them without a score."""
    name = newest_run(world)["search"]["name"]
    job = world.raw("Job", name)
    for trial, score in enumerate(("0.8", "0.9", None)):
        found: Raw = {"verb": "trial", "outcome": "Succeeded", "score": score}
        if score is None:
            found = {"verb": "trial", "outcome": "Failed", "reason": "RecipeFailed"}
        pod = pod_of(job, [ended("trial", 0, json.dumps(found), world.now)], world.now)
        index = {"batch.kubernetes.io/job-completion-index": str(trial)}
        pod["metadata"] |= {"name": f"{name}-{trial}", "annotations": index}
        world.put(pod)
    condition = {"type": "Complete", "status": "True", "lastTransitionTime": world.now.isoformat()}
    world.put({**job, "status": {"conditions": [condition]}})
    world.settle()


async def ask(session: aiohttp.ClientSession, url: str, **body: Any) -> dict[str, Any]:
    """Return what the server says itself."""
    async with session.post(url, json=body) as answer:
        return dict(await answer.json())


async def test_a_life_is_caught_up_with_when_the_server_is_there(
    mlflow_address: str, tmp_path: Path
) -> None:
    """Nobody knows its address while everything happens; then all of it arrives, once."""
    async with aiohttp.ClientSession() as session:
        world = a_world(
            estimator=ESTIMATOR,
            search=SEARCH,
            tracking={"mlflow": {"server": "team", "experiment": "life"}},
        )
        world.installation = an_installation(mlflow_servers=KNOWN)
        world.tracking = Outbox(HttpMlflow(session, tmp_path).record, lambda: world.now)
        try_trials(world)
        await asyncio.sleep(0)
        succeed(world, "b", accuracy="0.93")
        world.put(raw_deployment(stable="b"))
        world.settle()
        await asyncio.sleep(0)
        world.settle()
        assert ("False", "NotTracked") == world.condition(*JOB, "Tracked")
        assert ("True", "VersionAccepted") == world.condition(*JOB, "Ready")
        (tmp_path / "team").write_text(mlflow_address)
        world.wait(3600)
        await arrived(world)
        found = await held(session, f"{mlflow_address}/api/2.0/mlflow")
    run = newest_run(world)
    assert {run["name"], *(f"{run['name']}-{trial}" for trial in range(3))} == set(found)
    status, metrics, params, tags = found[run["name"]]
    assert ("FINISHED", 0.93) == (status, metrics["accuracy"])
    assert {"C": "1", "max_iter": "200", "penalty": "None"}.items() <= params.items()
    assert run["datasetDigest"] == tags["trainyard.datasetDigest"]
    trials = {found[f"{run['name']}-{trial}"][0] for trial in (0, 1)}
    assert {"FINISHED"} == trials
    assert ("FAILED", {}) == found[f"{run['name']}-2"][:2]
    assert {"accuracy": 0.8} == found[f"{run['name']}-0"][1]


async def held(session: aiohttp.ClientSession, api: str) -> dict[str, Any]:
    """Return by name the state, metrics, parameters and tags of all runs of the experiment."""
    url = f"{api}/experiments/get-by-name"
    async with session.get(url, params={"experiment_name": "life"}) as answer:
        number = (await answer.json())["experiment"]["experiment_id"]
    runs = (await ask(session, f"{api}/runs/search", experiment_ids=[number]))["runs"]
    return {
        run["info"]["run_name"]: (
            run["info"]["status"],
            *(
                {pair["key"]: pair["value"] for pair in run["data"].get(part, ())}
                for part in ("metrics", "params", "tags")
            ),
        )
        for run in runs
    }
