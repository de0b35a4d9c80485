"""What do trackers hold of a TrainingJob's runs and versions?"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.task import AT_WORK, TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob, TrainingJobSpec
from trainyard.api.v1alpha1.training_job_status import Run, RunCause, TrainingJobStatus
from trainyard.champion import followers
from trainyard.conditions import shorten
from trainyard.lineage import data_version, model_version, place_of
from trainyard.tracked import (
    CHALLENGER,
    CHAMPION,
    RunState,
    Tracked,
    TrackedCode,
    TrackedData,
    TrackedRun,
    TrackedTrial,
    TrackedVersion,
)
from trainyard.training_jobs.bayesian import tried_parameters
from trainyard.training_jobs.halving import is_score
from trainyard.training_jobs.identity import recipe_digest
from trainyard.training_jobs.observed import Observed
from trainyard.training_jobs.recipes.recipe import recipe_of
from trainyard.training_jobs.searching import chosen, is_searching
from trainyard.training_jobs.versions import acceptance, version_named

MOST_VERSIONS = 24
_LONGEST = 500
_STATES = {
    TaskPhase.SUCCEEDED: RunState.FINISHED,
    TaskPhase.FAILED: RunState.FAILED,
    TaskPhase.WAITING: RunState.FAILED,
    TaskPhase.STOPPED: RunState.KILLED,
}


def tracked_records(
    job: TrainingJob, status: TrainingJobStatus, observed: Observed
) -> dict[str, Tracked]:
    """Return by name the runs that have begun, oldest first, then the versions.

    Versions with an alias come first, so that none is without an owner meanwhile.
    """
    runs = {run.name: _run(job, run, observed) for run in reversed(status.runs) if _began(run)}
    states = (state for state in (status.tracking, status.lineage) if state is not None)
    recorded = {record.name for state in states for record in state.records}
    roles = {v.metadata.name: _aliases(job, v, observed) for v in observed.versions}
    versions = [
        version
        for version in observed.versions
        if acceptance(version) or version.metadata.name in recorded
    ]
    versions.sort(key=lambda v: (not roles[v.metadata.name], -_age(v), v.metadata.name))
    first = versions[:MOST_VERSIONS]
    return {**runs, **{v.metadata.name: _version(job, v, observed) for v in first}}


def _began(run: Run) -> datetime | None:
    if run.started_at is not None:
        return run.started_at
    if run.search is not None and run.search.started_at is not None:
        return run.search.started_at
    return None if run.phase is TaskPhase.PENDING else run.queued_at


def _run(job: TrainingJob, run: Run, observed: Observed) -> TrackedRun:
    version = version_named(observed.versions, run.model_version) if run.model_version else None
    metrics = version.spec.metrics if version is not None else run.metrics
    is_present = recipe_digest(job.spec) == run.recipe_digest
    search = job.spec.search if is_present else None
    return TrackedRun(
        number=0,
        id=f"{job.metadata.uid}/{run.name}",
        name=run.name,
        experiment=_experiment(job),
        state=_STATES.get(run.phase, RunState.RUNNING),
        started_at=_began(run) or run.queued_at,
        ended_at=run.finished_at if run.phase not in AT_WORK else None,
        parameters=_parameters(job.spec, run) if is_present else {},
        metrics=dict(_numbers(metrics or {})),
        tags=_tags(job, _tags_of_run(run, version), run.cause),
        objective=search.objective if search is not None else "score",
        trials=tuple(_trials(job.spec, run, is_present=is_present)),
        place=place_of(job, observed.installation),
        job=job.metadata.name,
        why=f"{run.reason}: {run.message}" if run.reason else "",
        reads=tuple(_data(run.dataset_digest, observed)),
        gives=_model(job, run.bundle_digest, observed) if run.bundle_digest else None,
        code=_revision(version),
    )


def _version(job: TrainingJob, version: ModelVersion, observed: Observed) -> TrackedVersion:
    spec, namespace = version.spec, job.metadata.namespace
    own = {
        "trainyard.modelVersion": version.metadata.name,
        "trainyard.accepted": str(bool(acceptance(version))).lower(),
        "trainyard.runtime": spec.runtime,
        "trainyard.image": spec.image,
        "trainyard.author": spec.author,
        **_code(version),
        **_digests(spec.dataset_digest, spec.recipe_digest, spec.inputs_digest),
    }
    model = _model(job, spec.bundle_digest, observed)
    return TrackedVersion(
        number=0,
        id=spec.bundle_digest,
        model=f"{namespace}.{job.metadata.name}",
        experiment=_experiment(job),
        run_id=f"{spec.training_job.uid or job.metadata.uid}/{spec.run}",
        source=model.source,
        aliases=_aliases(job, version, observed),
        tags=_tags(job, own, spec.cause),
        place=place_of(job, observed.installation),
        gives=model,
    )


def _data(digest: str | None, observed: Observed) -> Iterator[TrackedData]:
    """Yield the version that was read; its rows and columns while the Dataset knows it.

    A Dataset that tells its refreshes says itself where its files come from; else this is told
    here, as if they lay there still.
    """
    dataset = observed.dataset
    if digest is None or dataset is None:
        return
    version = next((v for v in dataset.status.versions if v.digest == digest), None)
    if version is None:
        yield TrackedData(f"dataset/{dataset.metadata.name}", digest)
        return
    found = data_version(dataset, version, observed.installation)
    yield found if dataset.spec.tracking else replace(found, source=version.source)


def _model(job: TrainingJob, bundle: str, observed: Observed) -> TrackedData:
    return model_version(job, job.metadata.name, bundle, observed.installation)


def _revision(version: ModelVersion | None) -> TrackedCode | None:
    code = version.spec.code if version is not None else None
    return TrackedCode(code.revision, code.source) if code is not None else None


def _aliases(job: TrainingJob, version: ModelVersion, observed: Observed) -> tuple[str, ...]:
    """Return the roles that it has now; where several deployments follow, with their names."""
    following = followers(job.metadata.name, observed.deployments)
    found = []
    for deployment in following:
        suffix = f"-{deployment.metadata.name}" if len(following) > 1 else ""
        status = deployment.status
        for alias, revision in ((CHAMPION, status.stable), (CHALLENGER, status.canary)):
            if revision is not None and revision.bundle_digest == version.spec.bundle_digest:
                found.append(f"{alias}{suffix}")
    return tuple(sorted(found))


def _parameters(spec: TrainingJobSpec, run: Run) -> dict[str, str]:
    """Return what the recipe says; what a search is still looking for comes when it is found."""
    open_ = {d.name for d in spec.search.space} if spec.search and is_searching(run) else set()
    said = recipe_of(spec if open_ else chosen(spec, run)).identity()
    kind, content = next(iter(said.items()))
    found = {"seed": spec.seed, "recipe": kind, **content}
    # What a container is to do is said by its variables.
    given = {**(found.pop("parameters", None) or {}), **dict(found.pop("env", None) or ())}
    named = {**found, **{name: value for name, value in given.items() if name not in open_}}
    return {name: _told(value) for name, value in named.items() if value is not None}


def _trials(spec: TrainingJobSpec, run: Run, *, is_present: bool) -> Iterator[TrackedTrial]:
    if run.search is None:
        return
    search = spec.search if is_present else None
    tried = tried_parameters(search, spec.seed, run.search) if search is not None else ()
    for trial, said in enumerate(run.search.scores):
        if said:
            parameters = (tried[trial] if trial < len(tried) else None) or {}
            told = {name: _told(value) for name, value in parameters.items()}
            yield TrackedTrial(trial, float(said) if is_score(said) else None, told)


def _tags_of_run(run: Run, version: ModelVersion | None) -> dict[str, str]:
    search = run.search
    counts = (
        f"{search.succeeded} of {search.trials} have a score, {search.failed} failed"
        if search is not None
        else ""
    )
    return {
        "mlflow.source.name": run.recipe,
        "trainyard.phase": run.phase,
        "trainyard.why": f"{run.reason}: {run.message}" if run.reason else "",
        "trainyard.trials": counts,
        "trainyard.target": run.target,
        "trainyard.attempt": str(run.attempt),
        "trainyard.verifies": run.verifies,
        "trainyard.bundleDigest": run.bundle_digest or "",
        "trainyard.modelVersion": run.model_version,
        "trainyard.image": version.spec.image if version is not None else "",
        "trainyard.author": version.spec.author if version is not None else "",
        **_code(version),
        **_digests(run.dataset_digest, run.recipe_digest, run.inputs_digest),
    }


def _code(version: ModelVersion | None) -> dict[str, str]:
    """Return the revision of the code under the names that MLflow itself gives it."""
    code = version.spec.code if version is not None else None
    if code is None:
        return {}
    return {
        "mlflow.source.git.commit": code.revision,
        "mlflow.source.git.repoURL": code.source,
        "trainyard.codeDirty": str(code.dirty).lower(),
    }


def _tags(job: TrainingJob, own: Mapping[str, str], cause: RunCause | None) -> dict[str, str]:
    shared = {
        "trainyard.namespace": job.metadata.namespace,
        "trainyard.trainingJob": job.metadata.name,
        "trainyard.cause": f"{cause.kind}: {cause.message}" if cause is not None else "",
    }
    found = {**shared, **own}
    return {key: shorten(value, _LONGEST) for key, value in found.items() if value}


def _digests(dataset: str | None, recipe: str, inputs: str) -> dict[str, str]:
    return {
        "trainyard.datasetDigest": dataset or "",
        "trainyard.recipeDigest": recipe,
        "trainyard.inputsDigest": inputs,
    }


def _experiment(job: TrainingJob) -> str:
    mlflow = job.spec.tracking.mlflow if job.spec.tracking is not None else None
    said = mlflow.experiment if mlflow is not None else ""
    return said or f"{job.metadata.namespace}/{job.metadata.name}"


def _numbers(metrics: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    for name, text in metrics.items():
        try:
            number = float(text)
        except ValueError:
            continue
        if math.isfinite(number):
            yield name, number


def _told(value: Any) -> str:
    """Return the value as people write it, not in the notation that JSON needs."""
    if isinstance(value, Mapping) and {*value} == {"$float"}:
        return str(value["$float"])
    if isinstance(value, Mapping) and {*value} == {"$none"}:
        return "None"
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return shorten(text, _LONGEST)


def _age(version: ModelVersion) -> float:
    created = version.metadata.creation_timestamp
    return created.timestamp() if created is not None else 0.0
