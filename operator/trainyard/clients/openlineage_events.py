"""What is told of a run or a version, in the words of OpenLineage?

A run is told from its beginning each time, as only its present state is known: the same event again
says nothing new, and none is missing where the server was away while the run went on. The trials of
its search are told at its end, as runs below it, while their table is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from trainyard.tracked import (
    RunState,
    Tracked,
    TrackedData,
    TrackedRun,
    TrackedTrial,
    TrackedVersion,
)

PRODUCER = "https://trainyard.dev/operator"
_SPEC = "https://openlineage.io/spec"
_CORE = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs"
_FACETS = {
    "DatasetVersionDatasetFacet": "1-0-1",
    "DataQualityMetricsInputDatasetFacet": "1-0-3",
    "ErrorMessageRunFacet": "1-0-1",
    "ExecutionParametersRunFacet": "1-0-0",
    "JobTypeJobFacet": "2-0-4",
    "OutputStatisticsOutputDatasetFacet": "1-0-2",
    "ParentRunFacet": "1-2-0",
    "SchemaDatasetFacet": "1-2-0",
    "SourceCodeLocationJobFacet": "1-1-0",
    "SymlinksDatasetFacet": "1-0-1",
    "TagsDatasetFacet": "1-0-0",
    "TagsRunFacet": "1-0-0",
}
"""The version of each facet's schema."""
_TYPES = {
    RunState.RUNNING: "RUNNING",
    RunState.FINISHED: "COMPLETE",
    RunState.FAILED: "FAIL",
    RunState.KILLED: "ABORT",
}

Event = Mapping[str, Any]
Facet = dict[str, Any]


def events_of(tracked: Tracked, now: datetime) -> Iterator[Event]:
    """Yield the events that say how it is, in their order; `now`: of what has no time itself."""
    if isinstance(tracked, TrackedVersion):
        yield from _of_version(tracked, now)
        return
    is_running = tracked.state is RunState.RUNNING
    yield _event(tracked, "START", tracked.started_at)
    for trial in () if is_running else tracked.trials:
        yield from _of_trial(tracked, trial, now)
    yield _event(tracked, _TYPES[tracked.state], _end(tracked, now))


def _end(run: TrackedRun, now: datetime) -> datetime:
    """A run never ends before it began, whatever clocks say."""
    at = now if run.state is RunState.RUNNING else run.ended_at or now
    return max(at, run.started_at)


def _of_trial(run: TrackedRun, trial: TrackedTrial, now: datetime) -> Iterator[Event]:
    """Yield its beginning and end: those of its run, as nobody keeps the ones of trials."""
    has_score = trial.score is not None
    as_run = replace(
        run,
        id=f"{run.id}/{trial.trial}",
        name=f"{run.name}-{trial.trial}",
        job=f"{run.job}/trial",
        job_type="TRIAL",
        state=RunState.FINISHED if has_score else RunState.FAILED,
        parameters=trial.parameters,
        metrics={run.objective: trial.score} if trial.score is not None else {},
        tags={"trainyard.trial": str(trial.trial)},
        why="" if has_score else "it has no score",
        gives=None,
        trials=(),
    )
    job = {"namespace": run.place, "name": run.job}
    parent = _facet("ParentRunFacet", run={"runId": run_id(run.id)}, job=job)
    for kind, at in (("START", run.started_at), (_TYPES[as_run.state], _end(run, now))):
        event = _event(as_run, kind, at)
        event["run"]["facets"]["parent"] = parent
        yield event


def _of_version(version: TrackedVersion, now: datetime) -> Iterator[Event]:
    if version.gives is None:
        return
    tags = {**version.tags, "trainyard.roles": " ".join(version.aliases)}
    dataset = _dataset(version.place, version.gives)
    dataset["facets"]["tags"] = _facet("TagsDatasetFacet", tags=_tags(tags))
    yield {
        "eventTime": _time(now),
        "producer": PRODUCER,
        "schemaURL": f"{_CORE}/DatasetEvent",
        "dataset": dataset,
    }


def _event(run: TrackedRun, kind: str, at: datetime) -> Event:
    is_over = kind not in {"START", "RUNNING"}
    reads = [_input(run.place, data) for data in run.reads]
    gives = [_output(run.place, run.gives)] if run.gives is not None and is_over else []
    return {
        "eventType": kind,
        "eventTime": _time(at),
        "producer": PRODUCER,
        "schemaURL": f"{_CORE}/RunEvent",
        "run": {"runId": run_id(run.id), "facets": _of_run(run, kind)},
        "job": {"namespace": run.place, "name": run.job, "facets": _of_job(run)},
        "inputs": reads,
        "outputs": gives,
    }


def run_id(name: str) -> str:
    """Return the id of the run over there; the same name always has the same."""
    return str(uuid5(NAMESPACE_URL, f"{PRODUCER}/{name}"))


def _of_run(run: TrackedRun, kind: str) -> dict[str, Facet]:
    found: dict[str, Facet] = {}
    if run.parameters:
        parameters = [{"key": key, "value": value} for key, value in run.parameters.items()]
        found["executionParameters"] = _facet("ExecutionParametersRunFacet", parameters=parameters)
    if kind != "START":
        metrics = {f"metrics.{name}": repr(value) for name, value in run.metrics.items()}
        tags = {"trainyard.run": run.name, **run.tags, **metrics}
        found["tags"] = _facet("TagsRunFacet", tags=_tags(tags))
    if kind == "FAIL":
        why = run.why or "no reason was told"
        found["errorMessage"] = _facet(
            "ErrorMessageRunFacet", message=why, programmingLanguage="Python"
        )
    return found


def _of_job(run: TrackedRun) -> dict[str, Facet]:
    code = run.code
    kind = {"processingType": "BATCH", "integration": "TRAINYARD", "jobType": run.job_type}
    found = {"jobType": _facet("JobTypeJobFacet", **kind)}
    if code is not None and code.source:
        where = {"type": "git", "url": code.source, "repoUrl": code.source}
        found["sourceCodeLocation"] = _facet(
            "SourceCodeLocationJobFacet", **where, version=code.revision
        )
    return found


def _input(place: str, data: TrackedData) -> dict[str, Any]:
    found = _dataset(place, data)
    counts = {"rowCount": data.rows, "bytes": data.bytes}
    known = {name: count for name, count in counts.items() if count is not None}
    if known:
        quality = _facet("DataQualityMetricsInputDatasetFacet", **known, columnMetrics={})
        found["inputFacets"] = {"dataQualityMetrics": quality}
    return found


def _output(place: str, data: TrackedData) -> dict[str, Any]:
    found = _dataset(place, data)
    counts = {"rowCount": data.rows, "size": data.bytes}
    known = {name: count for name, count in counts.items() if count is not None}
    if known:
        written = _facet("OutputStatisticsOutputDatasetFacet", **known)
        found["outputFacets"] = {"outputStatistics": written}
    return found


def _dataset(place: str, data: TrackedData) -> dict[str, Any]:
    facets = {}
    if data.version:
        facets["version"] = _facet("DatasetVersionDatasetFacet", datasetVersion=data.version)
    if data.columns:
        fields = [{"name": name, "type": kind} for name, kind in data.columns]
        facets["schema"] = _facet("SchemaDatasetFacet", fields=fields)
    if (location := _location(data.source)) is not None:
        identifier = {**location, "type": "LOCATION"}
        facets["symlinks"] = _facet("SymlinksDatasetFacet", identifiers=[identifier])
    named = _location(data.name) or {"namespace": place, "name": data.name}
    return {**named, "facets": facets}


def _location(address: str) -> dict[str, str] | None:
    """Return how OpenLineage names what has an address; None: it is none."""
    scheme, found, rest = address.partition("://")
    owner, _, path = rest.partition("/")
    return {"namespace": f"{scheme}://{owner}", "name": path or "/"} if found else None


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"key": key, "value": value, "source": "TRAINYARD"} for key, value in tags.items() if value
    ]


def _facet(name: str, **content: Any) -> Facet:
    url = f"{_SPEC}/facets/{_FACETS[name]}/{name}.json#/$defs/{name}"
    return {"_producer": PRODUCER, "_schemaURL": url, **content}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
