"""In whose runs does a Dataset take part? Its own spec decides, and its own Jobs do the work."""

from __future__ import annotations

from collections.abc import Iterator

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import DatasetReason
from trainyard.api.v1alpha1.federated import Participation
from trainyard.datasets.manifests import participation_manifest
from trainyard.datasets.observed import DatasetTurn, Observed, RunOfOthers
from trainyard.jobs.job_view import JobPhase, JobView
from trainyard.ownership import child_name
from trainyard.reconciling.plan import Create


def with_participations(dataset: Dataset, observed: Observed, turn: DatasetTurn) -> DatasetTurn:
    """Return the turn in which the Dataset takes part in the runs that it allows, in no others."""
    before = {part.name: part for part in turn.status.participations}
    after: dict[str, Participation] = {}
    for run in _allowed(dataset, observed.runs_of_others):
        name = participation_name(dataset, run)
        part = before.get(name) or _new(turn, run, name)
        if part is None:
            continue
        view = observed.participations.get(name)
        after[name] = _seen(part, view)
        if view is None or view.phase is JobPhase.ABSENT:
            job = participation_manifest(dataset, part, run, observed.installation)
            turn = turn.doing(Create(job))
        if name not in before:
            text = f"takes part in run {run.run} of TrainingJob {run.coordinator}"
            turn = turn.noted(DatasetReason.PARTICIPATING, text)
    for part in before.values():
        if part.name not in after:
            text = f"its part in run {part.run} of TrainingJob {part.coordinator} is over"
            turn = turn.noted(DatasetReason.PARTICIPATION_ENDED, text)
    return turn.changed(participations=tuple(after.values()))


def participation_name(dataset: Dataset, run: RunOfOthers) -> str:
    """Return the name of the Job: a coordinator that began anew has another certificate."""
    return child_name(
        dataset.metadata.name, "participation", run.coordinator, run.run, run.certificate
    )


def _allowed(dataset: Dataset, runs: tuple[RunOfOthers, ...]) -> Iterator[RunOfOthers]:
    federation = dataset.spec.federation
    names = {c.full_name for c in federation.allowed_coordinators} if federation else set()
    own = f"{dataset.metadata.namespace}/{dataset.metadata.name}"
    for run in runs:
        if run.coordinator in names and own in run.participants and run.certificate:
            yield run


def _new(turn: DatasetTurn, run: RunOfOthers, name: str) -> Participation | None:
    current = turn.status.current
    if current is None:
        return None
    return Participation(
        coordinator=run.coordinator, run=run.run, name=name, dataset_digest=current.digest
    )


def _seen(part: Participation, view: JobView | None) -> Participation:
    if view is None or view.is_gone:
        return part.model_copy(update={"phase": "Pending", "public_key": "", "message": ""})
    key = str(view.results.get(0, {}).get("publicKey", ""))[:256]
    if view.phase is JobPhase.FAILED:
        end = view.end.message if view.end is not None else view.message
        text = (end or view.reason)[:1024]
        return part.model_copy(update={"phase": "Failed", "public_key": "", "message": text})
    phase = "Running" if view.phase is JobPhase.RUNNING else "Pending"
    update = {"phase": phase, "public_key": key, "message": view.trouble[:1024]}
    return part.model_copy(update=update)
