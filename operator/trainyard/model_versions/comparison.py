"""How did the champion do on this version's test rows, and is a Job needed to find out?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from trainyard.api.v1alpha1.model_version import (
    ChampionMeasured,
    EvaluateJob,
    ModelVersion,
    ModelVersionReason,
    ModelVersionStatus,
)
from trainyard.conditions import shorten
from trainyard.jobs.failure import UNREADABLE, Failure, Fault, failure_of, pause_before
from trainyard.jobs.job_view import JobPhase
from trainyard.jobs.measured import champion_measured
from trainyard.model_versions.manifests import (
    evaluate_job,
    evaluate_name,
    evaluate_report_job,
)
from trainyard.model_versions.seen import Observed, VersionTurn
from trainyard.reconciling.plan import Create

MEASURED_KEPT = 5
MAX_RETRIES = 5
"""After so many faults of the machine the measurement waits for another champion or gate."""
_GONE = frozenset({JobPhase.ABSENT, JobPhase.FOREIGN})


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
        first = _new(version, observed, champion, turn)
        text = f"champion {champion[7:17]} is measured on this version's test rows"
        turn = turn.noted(ModelVersionReason.COMPARING, text)
        return _begun(version, observed, turn, first)
    if evaluate.phase == "Waiting":
        if evaluate.retry_at is not None and turn.now < evaluate.retry_at:
            return turn.again_at(evaluate.retry_at)
        return _begun(version, observed, turn, _again(version, evaluate, turn))
    return turn if evaluate.phase == "Failed" else _followed(version, observed, turn, evaluate)


def _followed(
    version: ModelVersion, observed: Observed, turn: VersionTurn, evaluate: EvaluateJob
) -> VersionTurn:
    reporting = evaluate.phase == "Reporting"
    view = observed.report if reporting else observed.job
    if view is None or view.phase in _GONE:
        return turn.doing(_job_of(version, observed, evaluate))
    if view.phase is JobPhase.FAILED:
        return _failed(turn, evaluate, failure_of(view))
    if view.phase is not JobPhase.SUCCEEDED:
        return turn
    if view.result is not None:
        return _ended(turn, evaluate, view.result)
    if reporting:
        return _failed(turn, evaluate, UNREADABLE)
    return _begun(version, observed, turn, evaluate.model_copy(update={"phase": "Reporting"}))


def _ended(turn: VersionTurn, evaluate: EvaluateJob, result: Mapping[str, Any]) -> VersionTurn:
    try:
        found = champion_measured(result.get("champion"))
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        return _failed(turn, evaluate, _unreadable(str(error)))
    if found is None or found.bundle_digest != evaluate.champion:
        return _failed(turn, evaluate, _unreadable("it does not speak of the champion"))
    return _known(turn, found)


def _unreadable(text: str) -> Failure:
    return Failure(Fault.MACHINE, "ResultUnreadable", shorten(text, 512))


def _known(turn: VersionTurn, found: ChampionMeasured) -> VersionTurn:
    measured_so_far = (*turn.status.measured, found)[-MEASURED_KEPT:]
    return turn.changed(measured=measured_so_far, evaluate=None)


def _failed(turn: VersionTurn, evaluate: EvaluateJob, failure: Failure) -> VersionTurn:
    """What only the user can put right counts as measured: with an error, once and for all.

    Refused keys of the store say nothing about the champion: it is measured when they are right.
    """
    text = f"{failure.reason}: {failure.message}"
    if failure.fault is Fault.USER:
        return _known(
            turn,
            ChampionMeasured(bundle_digest=evaluate.champion, error=shorten(text, 256)),
        )
    if failure.fault is Fault.MACHINE and evaluate.attempt >= MAX_RETRIES:
        after = evaluate.model_copy(update={"phase": "Failed", "message": text})
        turn = turn.changed(evaluate=after)
        return turn.noted(ModelVersionReason.CHAMPION_NOT_MEASURED, text, warning=True)
    retry_at = turn.now + pause_before(evaluate.attempt)
    after = evaluate.model_copy(update={"phase": "Waiting", "message": text, "retry_at": retry_at})
    turn = turn.changed(evaluate=after).again_at(retry_at)
    return turn.noted_once(ModelVersionReason.CHAMPION_NOT_MEASURED, text, warning=True)


def _begun(
    version: ModelVersion, observed: Observed, turn: VersionTurn, evaluate: EvaluateJob
) -> VersionTurn:
    turn = turn.changed(evaluate=evaluate)
    return turn.doing(_job_of(version, observed, evaluate))


def _job_of(version: ModelVersion, observed: Observed, evaluate: EvaluateJob) -> Create:
    if evaluate.phase == "Reporting":
        return Create(evaluate_report_job(version, evaluate, observed.installation))
    return Create(evaluate_job(version, evaluate, observed.installation))


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
        phase="Running",
        at=turn.now,
        **settings,
    )


def _again(version: ModelVersion, evaluate: EvaluateJob, turn: VersionTurn) -> EvaluateJob:
    attempt = evaluate.attempt + 1
    return evaluate.model_copy(
        update={
            "name": evaluate_name(version, evaluate.champion, attempt),
            "attempt": attempt,
            "phase": "Running",
            "at": turn.now,
            "retry_at": None,
            "message": "",
        }
    )
