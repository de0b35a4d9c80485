"""What a real MLflow server holds of runs, trials and versions.

Proves: operator/trainyard/clients/mlflow.py, operator/trainyard/clients/mlflow_api.py
Proves: operator/trainyard/clients/tracker.py, operator/trainyard/tracked.py
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import aiohttp.web
import pytest

from trainyard.clients.addresses import NotDelivered, RefusedForGood
from trainyard.clients.mlflow import HttpMlflow
from trainyard.tracked import RunState, Tracked, TrackedRun, TrackedTrial, TrackedVersion

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENDED = BEGAN + timedelta(minutes=3)
TRIES = 5
FIRST = "sha256:" + "a" * 64
SECOND = "sha256:" + "b" * 64


@dataclass(frozen=True, slots=True)
class Scene:
    """A tracker, and MLflow's own interface to look at what it holds."""

    mlflow: HttpMlflow
    session: aiohttp.ClientSession
    address: str

    async def record(self, tracked: Tracked) -> None:
        """Record it, again where a busy machine let the server answer too late."""
        for attempt in range(1, TRIES + 1):
            try:
                await self.mlflow.record("team", tracked)
            except NotDelivered as fault:
                if attempt == TRIES or "TimeoutError" not in str(fault):
                    raise
            else:
                return

    async def ask(self, path: str, **body: Any) -> dict[str, Any]:
        """Return what the server says itself."""
        url = f"{self.address}/api/2.0/mlflow/{path}"
        async with self.session.post(url, json=body) as answer:
            return dict(await answer.json())

    async def runs(self, experiment: str, query: str) -> list[dict[str, Any]]:
        """Return the runs that MLflow finds."""
        url = f"{self.address}/api/2.0/mlflow/experiments/get-by-name"
        async with self.session.get(url, params={"experiment_name": experiment}) as answer:
            number = (await answer.json())["experiment"]["experiment_id"]
        found = await self.ask("runs/search", experiment_ids=[number], filter=query)
        return list(found.get("runs", ()))

    async def aliases(self, model: str) -> dict[str, str]:
        """Return the version of each alias."""
        url = f"{self.address}/api/2.0/mlflow/registered-models/get"
        async with self.session.get(url, params={"name": model}) as answer:
            found = (await answer.json())["registered_model"]
        return {alias["alias"]: alias["version"] for alias in found.get("aliases", ())}


@pytest.fixture
async def scene(mlflow_address: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """The server is known as `team`."""
    (tmp_path / "team").write_text(f"{mlflow_address}/\n")
    async with aiohttp.ClientSession() as session:
        yield Scene(HttpMlflow(session, tmp_path), session, mlflow_address)


def run(experiment: str, **fields: Any) -> TrackedRun:
    """Return a run that has ended."""
    found = TrackedRun(
        number=1,
        id=f"uid/{experiment}-1",
        name="wine-1",
        experiment=experiment,
        state=RunState.FINISHED,
        started_at=BEGAN,
        ended_at=ENDED,
        parameters={"n_estimators": "200", "a/../b": "odd"},
        metrics={"roc_auc": 0.97, "my metric, odd": 2.5},
        tags={"trainyard.datasetDigest": FIRST, "mlflow.source.name": "a recipe"},
    )
    return replace(found, **fields)


def pairs(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what MLflow gives as pairs."""
    return {pair["key"]: pair["value"] for pair in found}


async def test_a_run_is_held_once_however_often_it_is_recorded(scene: Scene) -> None:
    """First as it runs, then as it ended, then the same again."""
    going = run("once", state=RunState.RUNNING, ended_at=None, metrics={})
    await scene.record(going)
    (found,) = await scene.runs("once", "tags.`trainyard.run` = 'uid/once-1'")
    assert "RUNNING" == found["info"]["status"]
    for _ in range(2):
        await scene.record(run("once"))
    (found,) = await scene.runs("once", "tags.`trainyard.run` = 'uid/once-1'")
    info, data = found["info"], found["data"]
    assert ("wine-1", "FINISHED") == (info["run_name"], info["status"])
    times = [int(BEGAN.timestamp() * 1000), int(ENDED.timestamp() * 1000)]
    assert times == [info["start_time"], info["end_time"]]
    assert {"roc_auc": 0.97, "my metric_ odd": 2.5} == pairs(data["metrics"])
    assert {"n_estimators": "200", "a_.._b": "odd"} == pairs(data["params"])
    assert FIRST == pairs(data["tags"])["trainyard.datasetDigest"]


async def test_trials_are_runs_below_their_run(scene: Scene) -> None:
    """Those that end later come later, none comes twice, and one that failed has no score."""
    trials = (
        TrackedTrial(0, 0.8, {"max_depth": "3"}),
        TrackedTrial(1, None, {"max_depth": "5"}),
        TrackedTrial(2, 0.9, {"max_depth": "7"}),
    )
    search = run("trials", objective="roc_auc", state=RunState.RUNNING, ended_at=None)
    for known in (trials[:1], trials, trials):
        await scene.record(replace(search, trials=known))
    (parent,) = await scene.runs("trials", "tags.`trainyard.run` = 'uid/trials-1'")
    query = f"tags.`mlflow.parentRunId` = '{parent['info']['run_id']}'"
    found = {
        pairs(child["data"]["params"])["max_depth"]: (
            child["info"]["status"],
            pairs(child["data"].get("metrics", [])),
        )
        for child in await scene.runs("trials", query)
    }
    finished = "FINISHED"
    expected: dict[str, tuple[str, dict[str, float]]] = {
        "3": (finished, {"roc_auc": 0.8}),
        "5": ("FAILED", {}),
        "7": (finished, {"roc_auc": 0.9}),
    }
    assert expected == found


async def test_an_alias_goes_from_one_version_to_the_next(scene: Scene) -> None:
    """What is no longer a challenger loses that alias; a person's own aliases stay."""
    await scene.record(run("models"))
    first = TrackedVersion(
        2, FIRST, "ns.wine", "models", "uid/models-1", "s3://store/a", ("champion",), {"k": "v"}
    )
    second = replace(first, id=SECOND, source="pvc://claim/b", aliases=("challenger",))
    await scene.record(first)
    await scene.ask("registered-models/alias", name="ns.wine", alias="mine", version="1")
    await scene.record(second)
    assert {"champion": "1", "challenger": "2", "mine": "1"} == await scene.aliases("ns.wine")
    await scene.record(replace(second, aliases=("champion",)))
    await scene.record(replace(first, aliases=()))
    assert {"champion": "2", "mine": "1"} == await scene.aliases("ns.wine")
    url = f"{scene.address}/api/2.0/mlflow/model-versions/get"
    async with scene.session.get(url, params={"name": "ns.wine", "version": "1"}) as answer:
        version = (await answer.json())["model_version"]
    (parent,) = await scene.runs("models", "tags.`trainyard.run` = 'uid/models-1'")
    assert ("s3://store/a", parent["info"]["run_id"]) == (version["source"], version["run_id"])
    assert "v" == pairs(version["tags"])["k"]


async def test_a_deleted_experiment_is_told(scene: Scene) -> None:
    """MLflow keeps it, and takes no runs for it."""
    await scene.record(run("deleted"))
    made = await scene.ask("experiments/create", name="other")
    assert "experiment_id" in made
    url = f"{scene.address}/api/2.0/mlflow/experiments/get-by-name"
    async with scene.session.get(url, params={"experiment_name": "deleted"}) as answer:
        number = (await answer.json())["experiment"]["experiment_id"]
    await scene.ask("experiments/delete", experiment_id=number)
    with pytest.raises(NotDelivered, match="experiment deleted is deleted in MLflow: restore it"):
        await scene.record(run("deleted"))


async def test_what_mlflow_refuses_is_told_with_its_own_word(scene: Scene) -> None:
    """For good, and without its sentence, which may quote anything."""
    long = run("refused", tags={"k" * 300: "too long a name"})
    with pytest.raises(RefusedForGood) as refused:
        await scene.record(long)
    assert str(refused.value).startswith("MLflow, asked for runs/")
    assert str(refused.value).endswith(": it answers 400 INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("http://127.0.0.1:1", "it does not answer (", id="nobody listens"),
        pytest.param("nonsense", "it does not answer (", id="no address"),
        pytest.param("", "the secret of MLflow servers has no address under team", id="empty"),
    ],
)
async def test_who_cannot_be_reached_is_told_without_the_address(
    tmp_path: Path, content: str, why: str
) -> None:
    """See test_webhooks: the same for trackers."""
    (tmp_path / "team").write_text(content)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(NotDelivered) as refused:
            await HttpMlflow(session, tmp_path).record("team", run("nowhere"))
    assert why in str(refused.value)
    assert "127.0.0.1" not in str(refused.value)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param("[]", "something else than an object", id="a list"),
        pytest.param("<html>", "cannot be read", id="a page"),
        pytest.param(
            json.dumps({"experiment": {"experiment_id": "1"}, "runs": [{}]}),
            "otherwise than MLflow's REST API says",
            id="something else's answers",
        ),
    ],
)
async def test_what_is_no_mlflow_is_told(tmp_path: Path, answer: str, why: str) -> None:
    """An address may be that of anything."""

    async def says(_: aiohttp.web.Request) -> aiohttp.web.Response:
        return aiohttp.web.Response(text=answer, content_type="application/json")

    app = aiohttp.web.Application()
    app.router.add_route("*", "/{path:.*}", says)
    runner = aiohttp.web.AppRunner(app)
    await runner.setup()
    site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    (tmp_path / "team").write_text(site.name)
    try:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(NotDelivered, match=why):
                await HttpMlflow(session, tmp_path).record("team", run("odd"))
    finally:
        await runner.cleanup()
