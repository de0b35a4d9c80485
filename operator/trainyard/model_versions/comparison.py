"""What was measured of version and champion on the test rows, and is a Job needed to find out?"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from trainyard.api.gates import measures_of
from trainyard.api.measures import Measured, MeasureKind
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
from trainyard.jobs.measured import champion_measured, measures_of_result
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
    """Return the champion's own results on this version's test rows, if they are known.

    Whatever gates asked of the two side by side, in the run or later, stands in one place.
    """
    all_of_it = (version.spec.comparison, *status.measured)
    found = [one for one in all_of_it if one is not None and one.bundle_digest == champion]
    if not found:
        return None
    measures = {key: value for one in found for key, value in (one.measures or {}).items()}
    return found[0].model_copy(update={"measures": measures or None})


def measures_known(version: ModelVersion, status: ModelVersionStatus) -> dict[str, Measured]:
    """Return what gates asked of the version alone, in the run or later."""
    return {**(version.spec.measures or {}), **(status.measures or {})}


def measuring(
    version: ModelVersion, observed: Observed, turn: VersionTurn, champion: str | None
) -> VersionTurn:
    """Return the turn in which what gates ask for is being measured or has been.

    `champion`: whose results on these rows are wanted beside the version's own.
    """
    evaluate, wanted = turn.status.evaluate, _new(version, observed, champion, turn)
    asked_before = evaluate is not None and set(evaluate.measures) >= set(wanted.measures)
    if evaluate is None or evaluate.champion != champion or not asked_before:
        text = f"{told(wanted)} on this version's test rows"
        turn = turn.noted(ModelVersionReason.COMPARING, text)
        return _started(version, observed, turn, wanted)
    step = follow(evaluate, observed.job, observed.report, turn.now)
    after = recorded(evaluate, step, observed.job, turn.now)
    match step:
        case Start():
            if evaluate.phase is TaskPhase.WAITING:
                attempt = after.attempt + 1
                name = evaluate_name(version, champion or "", attempt, after.measures)
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


def told(evaluate: EvaluateJob) -> str:
    """Return in words what is being measured."""
    kinds = sorted({str(request.kind).lower() for request in evaluate.measures})
    what = f" ({', '.join(kinds)})" if kinds else ""
    if evaluate.champion is None:
        return f"the version is measured{what}"
    return f"champion {evaluate.champion[7:17]} is measured{what}"


def _started(
    version: ModelVersion, observed: Observed, turn: VersionTurn, evaluate: EvaluateJob
) -> VersionTurn:
    job = evaluate_job(version, evaluate, observed.installation)
    return turn.changed(evaluate=evaluate).doing(Create(job))


def _ended(turn: VersionTurn, evaluate: EvaluateJob, step: Ended) -> VersionTurn:
    try:
        found = champion_measured(step.result.get("champion"))
        measures = measures_of_result(step.result) or {}
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        return _unreadable(turn, evaluate, str(error))
    if evaluate.champion is None:
        found = None
    elif found is None or found.bundle_digest != evaluate.champion:
        return _unreadable(turn, evaluate, "it does not speak of the champion")
    return _known(turn, evaluate, found, measures)


def _unreadable(turn: VersionTurn, evaluate: EvaluateJob, text: str) -> VersionTurn:
    failure = Failure(Fault.INFRASTRUCTURE, "ResultUnreadable", shorten(text, 400))
    step = failed(evaluate, failure, turn.now)
    return _failed(turn, recorded(evaluate, step, None, turn.now), step)


def _known(
    turn: VersionTurn,
    evaluate: EvaluateJob,
    found: ChampionMeasured | None,
    measures: Mapping[str, Measured],
    why: str = "the training image did not answer",
) -> VersionTurn:
    """What was asked and not answered is known not to be measured: it is not asked for ever."""
    missing = Measured(why=why)
    paired = {r.key for r in evaluate.measures if r.kind is MeasureKind.PAIRED}
    alone = {r.key for r in evaluate.measures} - paired
    if found is not None and not found.error:
        beside = {key: (found.measures or {}).get(key, missing) for key in sorted(paired)}
        found = found.model_copy(update={"measures": beside or None})
    so_far = turn.status.measured
    if found is not None:
        so_far = (*(m for m in so_far if m.bundle_digest != found.bundle_digest), found)
    own = {key: measures.get(key, missing) for key in sorted(alone)}
    return turn.changed(
        measured=so_far[-MEASURED_KEPT:],
        measures=own or turn.status.measures,
        evaluate=None,
    )


def _failed(turn: VersionTurn, evaluate: EvaluateJob, step: Retry | GaveUp) -> VersionTurn:
    """What only the user can put right counts as measured: with an error, once and for all.

    Refused keys of the store say nothing about the champion: it is measured when they are right.
    """
    text = f"{step.failure.reason}: {step.failure.message}"
    if step.failure.fault is Fault.USER:
        error, champion = shorten(text, 256), evaluate.champion
        found = ChampionMeasured(bundle_digest=champion, error=error) if champion else None
        return _known(turn, evaluate, found, {}, error)
    turn = turn.changed(evaluate=evaluate)
    reason = (
        ModelVersionReason.CHAMPION_NOT_MEASURED
        if evaluate.champion
        else ModelVersionReason.NOT_MEASURED
    )
    if isinstance(step, GaveUp):
        return turn.noted(reason, text, warning=True)
    turn = turn.again_at(step.at)
    return turn.noted_once(reason, text, warning=True)


def _new(
    version: ModelVersion, observed: Observed, champion: str | None, turn: VersionTurn
) -> EvaluateJob:
    """Settings are copied from the TrainingJob now: what is at work must not change with it."""
    job = observed.training_job
    settings = (
        {"pod": job.spec.pod, "deadline_seconds": job.spec.attempts.deadline_seconds}
        if job is not None
        else {}
    )
    asked = measures_of(job.spec.gates) if job is not None else ()
    # Without a champion there is nothing to compare row by row.
    kept = tuple(r for r in asked if champion or r.kind is not MeasureKind.PAIRED)
    return EvaluateJob(
        name=evaluate_name(version, champion or "", 0, kept),
        champion=champion,
        measures=kept,
        phase=TaskPhase.PENDING,
        queued_at=turn.now,
        **settings,
    )
