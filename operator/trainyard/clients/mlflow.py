"""Keeps runs and versions in MLflow, as it is meant to: experiments, runs, models with aliases.

Whatever is made carries our own name for it as a tag, by which it is found again: recording twice
is recording once, and nothing has to be remembered between two calls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import aiohttp

from trainyard.clients.addresses import Addresses, NotDelivered, RefusedForGood
from trainyard.clients.mlflow_api import Json, MlflowApi, MlflowRefuses
from trainyard.tracked import (
    CHALLENGER,
    CHAMPION,
    RunState,
    Tracked,
    TrackedRun,
    TrackedTrial,
    TrackedVersion,
)

RUN_TAG = "trainyard.run"
TRIAL_TAG = "trainyard.trial"
BUNDLE_TAG = "trainyard.bundle"
_PARENT_TAG = "mlflow.parentRunId"
_STATES = {
    RunState.RUNNING: "RUNNING",
    RunState.FINISHED: "FINISHED",
    RunState.FAILED: "FAILED",
    RunState.KILLED: "KILLED",
}
_MOST_AT_A_TIME = 100
"""MLflow takes so many parameters, and so many tags, in one request."""
_ODD = re.compile(r"[^A-Za-z0-9_. -]")
_OURS = re.compile(f"({CHAMPION}|{CHALLENGER})(-.+)?")


class HttpMlflow:
    """See Tracker; the servers are MLflow's own."""

    def __init__(self, session: aiohttp.ClientSession, folder: Path | None) -> None:
        self._session = session
        self._addresses = Addresses(folder, "MLflow servers")

    async def record(self, server: str, tracked: Tracked) -> None:
        """See Tracker.record."""
        api = MlflowApi(self._session, self._addresses.of(server))
        try:
            if isinstance(tracked, TrackedRun):
                await _record_run(api, tracked)
            else:
                await _record_version(api, tracked)
        except MlflowRefuses as fault:
            if fault.is_for_good:
                raise RefusedForGood(str(fault)) from None
            raise
        except (LookupError, TypeError, AttributeError):
            raise NotDelivered("it answers otherwise than MLflow's REST API says") from None


async def _record_run(api: MlflowApi, run: TrackedRun) -> None:
    experiment = await _experiment(api, run.experiment)
    own = {RUN_TAG: run.id, **run.tags}
    found = await _runs(api, experiment, RUN_TAG, run.id)
    held = found[0] if found else await _new_run(api, experiment, run, own)
    await _log(api, held, run, own)
    if run.trials:
        await _record_trials(api, experiment, _id(held), run)


async def _record_trials(api: MlflowApi, experiment: str, parent: str, run: TrackedRun) -> None:
    """Trials never change once they have ended: those that have ended over there are left alone."""
    known = {
        _tags(child).get(TRIAL_TAG, ""): child
        for child in await _runs(api, experiment, _PARENT_TAG, parent)
    }
    for trial in run.trials:
        child = known.get(str(trial.trial))
        if child is None or child["info"].get("status") == _STATES[RunState.RUNNING]:
            own = {_PARENT_TAG: parent, TRIAL_TAG: str(trial.trial)}
            as_run = _as_run(run, trial)
            held = child or await _new_run(api, experiment, as_run, own)
            await _log(api, held, as_run, own)


def _as_run(run: TrackedRun, trial: TrackedTrial) -> TrackedRun:
    return replace(
        run,
        name=f"{run.name}-{trial.trial}",
        state=RunState.FAILED if trial.score is None else RunState.FINISHED,
        ended_at=run.ended_at or run.started_at,
        parameters=trial.parameters,
        metrics={run.objective: trial.score} if trial.score is not None else {},
    )


async def _record_version(api: MlflowApi, version: TrackedVersion) -> None:
    await api.create("registered-models/create", {"name": version.model})
    number = await _version_number(api, version)
    for key, value in version.tags.items():
        body = {"name": version.model, "version": number, "key": key, "value": value}
        await api.post("model-versions/set-tag", body)
    model = await api.get("registered-models/get", {"name": version.model}) or {}
    there = {
        found["alias"]: str(found["version"])
        for found in model.get("registered_model", {}).get("aliases", ())
    }
    for alias in version.aliases:
        if there.get(alias) != number:
            body = {"name": version.model, "alias": alias, "version": number}
            await api.post("registered-models/alias", body)
    for alias, owner in there.items():
        if owner == number and alias not in version.aliases and _OURS.fullmatch(alias):
            await api.delete("registered-models/alias", {"name": version.model, "alias": alias})


async def _version_number(api: MlflowApi, version: TrackedVersion) -> str:
    query = {"filter": f"name = '{version.model}' and tags.`{BUNDLE_TAG}` = '{version.id}'"}
    found = (await api.get("model-versions/search", query) or {}).get("model_versions")
    if found:
        return str(found[0]["version"])
    experiment = await _experiment(api, version.experiment)
    runs = await _runs(api, experiment, RUN_TAG, version.run_id)
    made = await api.post(
        "model-versions/create",
        {
            "name": version.model,
            "source": version.source,
            "run_id": _id(runs[0]) if runs else "",
            "tags": _pairs({BUNDLE_TAG: version.id}),
        },
    )
    return str(made["model_version"]["version"])


async def _experiment(api: MlflowApi, name: str) -> str:
    """Return its id; it is made where it is not there."""
    query = {"experiment_name": name}
    found = await api.get("experiments/get-by-name", query)
    if found is None:
        made = await api.create("experiments/create", {"name": name})
        if made is not None:
            return str(made["experiment_id"])
        found = await api.get("experiments/get-by-name", query) or {}
    experiment = found.get("experiment", {})
    if experiment.get("lifecycle_stage") == "deleted":
        text = f"experiment {name} is deleted in MLflow: restore it there, or name another one"
        raise NotDelivered(text)
    return str(experiment.get("experiment_id", ""))


async def _runs(api: MlflowApi, experiment: str, tag: str, value: str) -> list[Json]:
    query = {
        "experiment_ids": [experiment],
        "filter": f"tags.`{tag}` = '{value}'",
        "max_results": 1000,
    }
    return list((await api.post("runs/search", query)).get("runs", ()))


async def _new_run(
    api: MlflowApi, experiment: str, run: TrackedRun, tags: Mapping[str, str]
) -> Json:
    body = {
        "experiment_id": experiment,
        "run_name": run.name,
        "start_time": _milliseconds(run.started_at),
        "tags": _pairs(tags),
    }
    made: Json = (await api.post("runs/create", body))["run"]
    return made


async def _log(api: MlflowApi, held: Json, run: TrackedRun, tags: Mapping[str, str]) -> None:
    """The server holds the run as it is.

    The moment is the run's own, so a metric that is sent again is the same point over there; what
    a parameter once was it stays.
    """
    at, known = _milliseconds(run.ended_at or run.started_at), _parameters(held)
    named = {_name(key): value for key, value in run.parameters.items()}
    found = {
        "metrics": [
            {"key": _name(key), "value": value, "timestamp": at, "step": 0}
            for key, value in run.metrics.items()
        ],
        "params": _pairs({key: value for key, value in named.items() if key not in known}),
        "tags": _pairs(tags),
    }
    await api.post("runs/log-batch", {"run_id": _id(held), **found})
    state: Json = {"run_id": _id(held), "status": _STATES[run.state]}
    if run.ended_at is not None:
        state["end_time"] = _milliseconds(run.ended_at)
    await api.post("runs/update", state)


def _pairs(found: Mapping[str, str]) -> list[Json]:
    first = sorted(found.items())[:_MOST_AT_A_TIME]
    return [{"key": key, "value": value} for key, value in first]


def _name(text: str) -> str:
    """MLflow takes few characters in names, and none that is a path."""
    found = _ODD.sub("_", text)[:250]
    return found if found.strip(".") else "_"


def _parameters(run: Json) -> set[str]:
    return {str(pair.get("key")) for pair in run.get("data", {}).get("params", ())}


def _tags(run: Json) -> dict[str, str]:
    tags = run.get("data", {}).get("tags", ())
    return {str(tag.get("key")): str(tag.get("value")) for tag in tags}


def _id(run: Json) -> str:
    return str(run["info"]["run_id"])


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
