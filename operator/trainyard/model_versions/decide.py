"""What should happen to a ModelVersion now: is it judged, and by which gates and champion?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trainyard.api.v1alpha1.model_version import (
    GateReport,
    ModelVersion,
    ModelVersionReason,
    ModelVersionStatus,
)
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.champion import Champion, ChampionState, find_champion
from trainyard.conditions import Finding, get_condition, merge_conditions
from trainyard.model_versions.comparison import measured, measures_known, measuring, told
from trainyard.model_versions.conditions import (
    accepted_finding,
    columns,
    with_verdict,
)
from trainyard.model_versions.gates.judgement import ChampionEvidence, Evidence
from trainyard.model_versions.gates.verdict import is_settled, judge
from trainyard.model_versions.manifests import report_name
from trainyard.model_versions.observed import Observed, VersionTurn
from trainyard.reconciling.plan import Create, Delete, Plan
from trainyard.reconciling.turn import Turn
from trainyard.verdicts import is_answered, question_about, question_of, standing


@dataclass(frozen=True, slots=True)
class _Judged:
    """A turn, and why there is no verdict on the present question yet, if there is none."""

    turn: VersionTurn
    pending: Finding | None = None


def decide_model_version(
    version: ModelVersion, observed: Observed, now: datetime
) -> Plan[ModelVersionStatus]:
    """Return what to write and do: the verdict of the gates, or the Job that it needs."""
    if version.metadata.deletion_timestamp is not None:
        return Plan(status=None)
    turn: VersionTurn = Turn(status=version.status, now=now)
    judged = _judged(version, observed, turn)
    return _concluded(version, observed, _tidied(version, observed, judged)).plan()


def _judged(version: ModelVersion, observed: Observed, turn: VersionTurn) -> _Judged:
    job = observed.training_job
    if job is None:
        text = f"TrainingJob {version.spec.training_job.name}, which holds the gates, is gone"
        return _Judged(turn, _unknown(ModelVersionReason.TRAINING_JOB_NOT_FOUND, text))
    champion = find_champion(job.metadata.name, job.spec.gates, observed.deployments)
    if not _is_of_current_inputs(version, job):
        return _judged_for_the_record(version, job, champion, turn)
    if champion.state is ChampionState.AMBIGUOUS:
        return _Judged(turn, _unknown(ModelVersionReason.CHAMPION_AMBIGUOUS, champion.message))
    reports = judge(job.spec.gates, _evidence(version, champion, turn.status))
    if not is_settled(reports):
        turn = measuring(version, observed, turn, _compared_with(version, champion))
        reports = judge(job.spec.gates, _evidence(version, champion, turn.status))
    if is_settled(reports):
        return _Judged(_verdict(version, job, champion, reports, turn))
    return _Judged(turn, _measurement(observed, turn, champion))


def _is_of_current_inputs(version: ModelVersion, job: TrainingJob) -> bool:
    inputs = job.status.inputs
    return inputs is not None and inputs.digest == version.spec.inputs_digest


def _judged_for_the_record(
    version: ModelVersion, job: TrainingJob, champion: Champion, turn: VersionTurn
) -> _Judged:
    """A version that other inputs have overtaken is judged once, and only if that costs no Job."""
    turn = turn.changed(evaluate=None)
    if turn.status.evaluations:
        return _Judged(turn)
    reports = judge(job.spec.gates, _evidence(version, champion, turn.status))
    if not is_settled(reports) or champion.state is ChampionState.AMBIGUOUS:
        text = "other inputs became current before this version was judged"
        return _Judged(turn, _unknown(ModelVersionReason.SUPERSEDED, text))
    return _Judged(_verdict(version, job, champion, reports, turn))


def _evidence(version: ModelVersion, champion: Champion, status: ModelVersionStatus) -> Evidence:
    return Evidence(
        version.spec.metrics or {},
        _champion_evidence(version, champion, status),
        measures_known(version, status),
    )


def _compared_with(version: ModelVersion, champion: Champion) -> str | None:
    """Return the bundle to measure beside the version, where that is another one."""
    found = champion.bundle_digest
    return found if found != version.spec.bundle_digest else None


def _champion_evidence(
    version: ModelVersion, champion: Champion, status: ModelVersionStatus
) -> ChampionEvidence | None:
    if champion.state is not ChampionState.FOUND:
        return ChampionEvidence(absent=f"nothing to compare with: {champion.message}")
    if champion.bundle_digest == version.spec.bundle_digest:
        return ChampionEvidence(absent="it is the champion itself")
    found = measured(version, status, champion.bundle_digest or "")
    if found is None:
        return None
    return ChampionEvidence(metrics=found.metrics, error=found.error, measures=found.measures or {})


def _verdict(
    version: ModelVersion,
    job: TrainingJob,
    champion: Champion,
    reports: tuple[GateReport, ...],
    turn: VersionTurn,
) -> VersionTurn:
    question = question_about(version, job.spec.gates, champion)
    before = standing(turn.status.evaluations)
    if before is not None and is_answered(version, question, question_of(before)):
        return turn.changed(evaluate=None)
    evaluations = with_verdict(turn.status.evaluations, question, reports, turn.now)
    turn = turn.changed(evaluations=evaluations, evaluate=None)
    found = accepted_finding(evaluations[-1])
    text = f"{version.metadata.name}: {found.message}"
    if found.status:
        return turn.noted(found.reason, f"accepted {text}")
    return turn.noted(found.reason, f"refused {text}", warning=True)


def _measurement(observed: Observed, turn: VersionTurn, champion: Champion) -> Finding:
    evaluate = turn.status.evaluate
    if evaluate is None:
        return _unknown(ModelVersionReason.COMPARING, "not judged yet")
    named = f"champion {evaluate.champion[7:17]}" if evaluate.champion else "the version"
    if evaluate.phase is TaskPhase.FAILED:
        text = (
            f"{named} could not be measured: {evaluate.reason}: {evaluate.message}; "
            "ask the TrainingJob for another run with trainyard.dev/request=run@now"
        )
        reason = (
            ModelVersionReason.CHAMPION_NOT_MEASURED
            if evaluate.champion
            else ModelVersionReason.NOT_MEASURED
        )
        return _unknown(reason, text)
    text = f"{told(evaluate)} on this version's test rows"
    if evaluate.champion:
        text = f"{named} ({champion.message}) is measured on this version's test rows"
    view = observed.report or observed.job
    if view is not None and view.trouble:
        text += f": {view.trouble}"
    elif evaluate.message:
        text += f": {evaluate.reason}: {evaluate.message}"
    return _unknown(ModelVersionReason.COMPARING, text)


def _unknown(reason: ModelVersionReason, message: str) -> Finding:
    return Finding("Accepted", status=None, reason=reason, message=message)


def _tidied(version: ModelVersion, observed: Observed, judged: _Judged) -> _Judged:
    """Only the measurement under way keeps its Jobs."""
    turn, evaluate = judged.turn, judged.turn.status.evaluate
    kept = {a.manifest["metadata"]["name"] for a in turn.actions if isinstance(a, Create)}
    if evaluate is not None:
        kept |= {evaluate.name, report_name(version, evaluate)}
    gone = tuple(Delete(job) for job in observed.jobs if job.name not in kept)
    return _Judged(turn.doing(*gone), judged.pending)


def _concluded(version: ModelVersion, observed: Observed, judged: _Judged) -> VersionTurn:
    """While a new verdict is being prepared, the standing one goes on to count.

    What serves stays accepted so; the TrainingJob asks for a present verdict before a version
    becomes its current one.
    """
    turn, evaluation = judged.turn, standing(judged.turn.status.evaluations)
    pending = judged.pending
    accepted = accepted_finding(evaluation) if evaluation is not None else pending
    if accepted is None:
        accepted = _unknown(ModelVersionReason.COMPARING, "not judged yet")
    found = [accepted]
    if pending is not None and pending.reason is ModelVersionReason.COMPARING:
        found.append(
            Finding("Reconciling", status=True, reason=pending.reason, message=pending.message)
        )
    elif pending is not None and evaluation is not None and _is_a_problem(pending):
        found.append(
            Finding("Stalled", status=True, reason=pending.reason, message=pending.message)
        )
    conditions = merge_conditions(
        version.status.conditions,
        found,
        generation=version.metadata.generation,
        now=turn.now,
    )
    gates = observed.training_job.spec.gates if observed.training_job is not None else ()
    said = get_condition(conditions, "Accepted")
    return turn.changed(
        observed_generation=version.metadata.generation,
        conditions=conditions,
        summary=columns(version, gates, evaluation, said.message if said else ""),
    )


def _is_a_problem(pending: Finding) -> bool:
    return pending.reason in {
        ModelVersionReason.CHAMPION_AMBIGUOUS,
        ModelVersionReason.CHAMPION_NOT_MEASURED,
        ModelVersionReason.NOT_MEASURED,
    }
