"""How did the champion do on this version's test rows, and is a Job needed to find out?"""

from __future__ import annotations

from pydantic import ValidationError

from trainyard.api.v1alpha1.model_version import (
    ChampionMeasured,
    EvaluateJob,
    ModelVersion,
    ModelVersionReason,
    ModelVersionStatus,
)
from trainyard.api.v1alpha1.task import Fault, TaskPhase
from trainyard.conditions import shorten
from trainyard.jobs.failure import Failure
from trainyard.jobs.measured import champion_measured
from trainyard.jobs.supervision import (
    Ended,
    GaveUp,
    Report,
    Retry,
    Start,
    Wait,
    failed,
    follow,
    next_attempt,
    recorded,
)
from trainyard.model_versions.manifests import (
    evaluate_job,
    evaluate_name,
    evaluate_report_job,
)
from trainyard.model_versions.observed import Observed, VersionTurn
from trainyard.reconciling.plan import Create

MEASURED_KEPT = 5


def measured(
    version: ModelVersion, status: ModelVersionStatus, champion: str
) -> ChampionMeasured | None:
    """Return the champion's own results on this version's test rows, if they are known."""
    found = version.spec.comparison
    if found is not None and found.bundle_digest == champion:
        return found
    return next((m for m in status.measured if m.bundle_digest == champion), None)


def measuring(
    version: ModelVersion, observed: Observed, turn: VersionTurn, champion: str
) -> VersionTurn:
    """Return the turn in which the measurement of that champion is under way or has ended."""
    evaluate = turn.status.evaluate
    if evaluate is None or evaluate.champion != champion:
        text = f"champion {champion[7:17]} is measured on this version's test rows"
        turn = turn.noted(ModelVersionReason.COMPARING, text)
        return _started(version, observed, turn, _new(version, observed, champion, turn))
    step = follow(evaluate, observed.job, observed.report, turn.now)
    after = recorded(evaluate, step, observed.job, turn.now)
    match step:
        case Start():
            if evaluate.phase is TaskPhase.WAITING:
                name = evaluate_name(version, champion, after.attempt + 1)
                after = next_attempt(after, name, turn.now)
            return _started(version, observed, turn, after)
        case Wait(until):
            return turn.changed(evaluate=after).again_at(until)
        case Report():
            report = evaluate_report_job(version, after, observed.installation)
            return turn.changed(evaluate=after).doing(Create(report))
        case Ended():
            return _ended(turn, evaluate, step)
        case Retry() | GaveUp():
            return _failed(turn, after, step)


def _started(
    version: ModelVersion, observed: Observed, turn: VersionTurn, evaluate: EvaluateJob
) -> VersionTurn:
    job = evaluate_job(version, evaluate, observed.installation)
    return turn.changed(evaluate=evaluate).doing(Create(job))


def _ended(turn: VersionTurn, evaluate: EvaluateJob, step: Ended) -> VersionTurn:
    try:
        found = champion_measured(step.result.get("champion"))
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        return _unreadable(turn, evaluate, str(error))
    if found is None or found.bundle_digest != evaluate.champion:
        return _unreadable(turn, evaluate, "it does not speak of the champion")
    return _known(turn, found)


def _unreadable(turn: VersionTurn, evaluate: EvaluateJob, text: str) -> VersionTurn:
    failure = Failure(Fault.INFRASTRUCTURE, "ResultUnreadable", shorten(text, 400))
    step = failed(evaluate, failure, turn.now)
    return _failed(turn, recorded(evaluate, step, None, turn.now), step)


def _known(turn: VersionTurn, found: ChampionMeasured) -> VersionTurn:
    measured_so_far = (*turn.status.measured, found)[-MEASURED_KEPT:]
    return turn.changed(measured=measured_so_far, evaluate=None)


def _failed(turn: VersionTurn, evaluate: EvaluateJob, step: Retry | GaveUp) -> VersionTurn:
    """What only the user can put right counts as measured: with an error, once and for all.

    Refused keys of the store say nothing about the champion: it is measured when they are right.
    """
    text = f"{step.failure.reason}: {step.failure.message}"
    if step.failure.fault is Fault.USER:
        error = shorten(text, 256)
        return _known(turn, ChampionMeasured(bundle_digest=evaluate.champion, error=error))
    turn = turn.changed(evaluate=evaluate)
    if isinstance(step, GaveUp):
        return turn.noted(ModelVersionReason.CHAMPION_NOT_MEASURED, text, warning=True)
    turn = turn.again_at(step.at)
    return turn.noted_once(ModelVersionReason.CHAMPION_NOT_MEASURED, text, warning=True)


def _new(
    version: ModelVersion, observed: Observed, champion: str, turn: VersionTurn
) -> EvaluateJob:
    """Settings are copied from the TrainingJob now: what is at work must not change with it."""
    job = observed.training_job
    settings = (
        {"pod": job.spec.pod, "deadline_seconds": job.spec.attempts.deadline_seconds}
        if job is not None
        else {}
    )
    return EvaluateJob(
        name=evaluate_name(version, champion, 0),
        champion=champion,
        phase=TaskPhase.PENDING,
        queued_at=turn.now,
        **settings,
    )
