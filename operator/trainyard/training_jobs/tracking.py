"""What is still to be recorded by the tracker of experiments, and what the status says of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace

from trainyard.api.v1alpha1.tracking import MOST_RECORDS, TrackedRecord, Tracking, TrackingState
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import (
    Run,
    TrainingJobReason,
    TrainingJobStatus,
)
from trainyard.conditions import Finding, shorten
from trainyard.delivery import Outgoing
from trainyard.tracked import Tracked, TrackedRun
from trainyard.training_jobs.observed import Observed, TrainingTurn
from trainyard.training_jobs.tracked_records import tracked_records


def outgoing_records(job: TrainingJob, observed: Observed) -> Iterator[Outgoing[Tracked]]:
    """Yield what the server is to record, as the status that is stored numbers it."""
    state, server = job.status.tracking, _server(job, observed)
    if state is None or server is None or state.server != server:
        return
    known = tracked_records(job, job.status, observed)
    waiting = tuple(
        replace(known[record.name], number=record.number)
        for record in state.records
        if record.number > state.delivered and record.name in known
    )
    yield Outgoing(server, state.delivered, waiting)


def with_tracking(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which each changed run and version has the next number."""
    if job.spec.tracking is None:
        return turn if turn.status.tracking is None else turn.changed(tracking=None)
    state, server = _state(job.spec.tracking, turn), _server(job, observed)
    if server is None:
        known = ", ".join(observed.installation.mlflow_servers.known_in(job.metadata.namespace))
        why = (
            "the installation has no such MLflow server for this namespace,"
            f" it has: {known or 'none'}"
        )
        return turn.changed(tracking=state.model_copy(update={"why": shorten(why, 500)}))
    delivery = observed.delivery
    if delivery is not None:
        learnt = {
            "delivered": max(state.delivered, delivery.delivered),
            "failing_since": delivery.failing_since,
            "why": shorten(delivery.why, 500),
        }
        state = _with_refusals(state, delivery.refused).model_copy(update=learnt)
        turn = turn.again_at(delivery.again_at)
    found = tracked_records(job, turn.status, observed)
    return turn.changed(tracking=_numbered(state, found))


def is_awaited(status: TrainingJobStatus, run: Run) -> bool:
    """Tell whether the tracker has not taken the newest run yet as it is."""
    state = status.tracking
    if state is None or not status.runs or status.runs[0].name != run.name:
        return False
    return any(r.name == run.name and r.number > state.delivered for r in state.records)


def tracked(status: TrainingJobStatus) -> Iterator[Finding]:
    """Yield the condition that says whether runs are tracked, where they are to be."""
    state = status.tracking
    if state is not None and state.why:
        text = f"MLflow server {state.server}: {state.why}"
        yield Finding("Tracked", False, TrainingJobReason.NOT_TRACKED, text)
    elif state is not None and (refused := [r for r in state.records if r.refused]):
        text = (
            f"MLflow server {state.server} takes runs and versions, but refuses for good"
            f" {len(refused)} of {len(state.records)}, which it is asked to take again when they"
            f" change: {refused[0].name}: {refused[0].refused}"
        )
        yield Finding("Tracked", False, TrainingJobReason.TRACKING_REFUSED, shorten(text, 500))
    elif state is not None:
        text = f"MLflow server {state.server} takes runs and versions"
        yield Finding("Tracked", True, TrainingJobReason.TRACKED, text)


def _with_refusals(state: TrackingState, refused: Mapping[int, str]) -> TrackingState:
    """Count each refusal once: when its number is delivered as far as the status knows."""
    known = {n: why for n, why in refused.items() if n > state.delivered}
    if not known:
        return state
    records = tuple(
        record.model_copy(update={"refused": shorten(known[record.number], 256)})
        if record.number in known
        else record
        for record in state.records
    )
    count = state.refused + len(known)
    return state.model_copy(update={"records": records, "refused": count})


def _server(job: TrainingJob, observed: Observed) -> str | None:
    known = observed.installation.mlflow_servers.known_in(job.metadata.namespace)
    wanted = job.spec.tracking.mlflow.server if job.spec.tracking is not None else ""
    return wanted if wanted in known else None


def _state(spec: Tracking, turn: TrainingTurn) -> TrackingState:
    """Return the state so far; a server that is new to the TrainingJob has nothing yet.

    Numbers begin with the time, so that they go on rising where an earlier state is not known any
    more: of two records with the same number the later one would count as delivered.
    """
    server, state = spec.mlflow.server, turn.status.tracking
    if state is not None and state.server == server:
        return state
    first = max(int(turn.now.timestamp()), state.number if state is not None else 0)
    return TrackingState(server=server, number=first, delivered=first)


def _numbered(state: TrackingState, found: Mapping[str, Tracked]) -> TrackingState:
    digests = {name: _digest(record) for name, record in found.items()}
    kept = [r for r in state.records if digests.get(r.name) == r.digest]
    settled = {record.name for record in kept}
    number = state.number
    for name, digest in digests.items():
        if name not in settled:
            number += 1
            kept.append(TrackedRecord(name=name, digest=digest, number=number))
    lost = sum(r.number > state.delivered for r in state.records if r.name not in digests)
    records = tuple(kept[-MOST_RECORDS:])
    return state.model_copy(
        update={"records": records, "number": number, "lost": state.lost + lost}
    )


def _digest(record: Tracked) -> str:
    """Return what names its state.

    Not what follows from the digest of its recipe, which is known only while that is the present
    one, nor the trials, which are forgotten once they have arrived: their counts are among the
    tags.
    """
    if isinstance(record, TrackedRun):
        record = replace(record, parameters={}, objective="", trials=())
    text = json.dumps(asdict(replace(record, number=0)), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
