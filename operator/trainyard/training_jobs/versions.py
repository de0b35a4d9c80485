"""Which ModelVersion is current, and what do the versions say about the runs?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import CurrentVersion, Inputs, Run
from trainyard.champion import Champion, ChampionState, find_champion
from trainyard.conditions import get_condition, is_true
from trainyard.training_jobs.observed import Observed
from trainyard.verdicts import is_answered, question_about, question_of, standing

ACCEPTED = "Accepted"
BY_ITSELF = frozenset({"NewData", "Signal"})
"""Causes of runs that nobody asked for by hand: only these are limited and counted."""


def current_version(
    job: TrainingJob, inputs: Inputs | None, observed: Observed
) -> CurrentVersion | None:
    """Return the accepted version of the current inputs, of the highest attempt.

    A version that comes back was accepted by the gates and champion of another day: it becomes
    current when they were asked again. One that is current already stays so meanwhile.
    """
    champion = find_champion(job.metadata.name, job.spec.gates, observed.deployments)
    before = job.status.current
    accepted = [
        version
        for version in observed.versions
        if inputs is not None
        and version.spec.inputs_digest == inputs.digest
        and is_true(version.status.conditions, ACCEPTED)
        and (_is(before, version) or _is_judged(version, job, champion))
    ]
    if not accepted:
        return None
    best = max(accepted, key=lambda version: (version.spec.attempt, version.metadata.name))
    return CurrentVersion(
        name=best.metadata.name,
        bundle_digest=best.spec.bundle_digest,
        inputs_digest=best.spec.inputs_digest,
        dataset_digest=best.spec.dataset_digest,
        runtime=best.spec.runtime,
    )


def _is(current: CurrentVersion | None, version: ModelVersion) -> bool:
    return current is not None and current.name == version.metadata.name


def _is_judged(version: ModelVersion, job: TrainingJob, champion: Champion) -> bool:
    verdict = standing(version.status.evaluations)
    if verdict is None:
        return True
    if champion.state is ChampionState.AMBIGUOUS:
        return False
    question = question_about(version, job.spec.gates, champion)
    return is_answered(version, question, question_of(verdict))


def version_named(versions: Iterable[ModelVersion], name: str) -> ModelVersion | None:
    """Return the version of that name, or None."""
    return next((version for version in versions if version.metadata.name == name), None)


def acceptance(version: ModelVersion) -> bool | None:
    """Return whether the version was accepted; None: it was not judged yet."""
    condition = get_condition(version.status.conditions, ACCEPTED)
    if condition is None or condition.status == "Unknown":
        return None
    return condition.status == "True"


def failures_seen(
    runs: Iterable[Run],
    versions: Iterable[ModelVersion],
    deployments: Iterable[ModelDeployment],
) -> Iterator[str]:
    """Yield an id for each retrain by itself that came to nothing: failed, refused, rolled back.

    The attempts of one retrain count once, and not at all where the last of them gave a model.
    """
    last_attempts = {run.inputs_digest: run for run in reversed(tuple(runs))}
    for run in last_attempts.values():
        if run.cause.kind in BY_ITSELF and run.phase is TaskPhase.FAILED:
            yield f"failed:{run.name}"
    lost = {entry.bundle_digest for d in deployments for entry in d.status.quarantine}
    for version in versions:
        cause = version.spec.cause
        if cause is None or cause.kind not in BY_ITSELF:
            continue
        if acceptance(version) is False:
            yield f"refused:{version.metadata.name}"
        if version.spec.bundle_digest in lost:
            yield f"rolled-back:{version.metadata.name}"
