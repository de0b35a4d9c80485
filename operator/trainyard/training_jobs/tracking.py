"""What is still to be recorded by each tracker of runs, and what the status says of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

from trainyard.api.v1alpha1.tracking import MOST_RECORDS, TrackedRecord, TrackingState
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import (
    Run,
    TrainingJobReason,
    TrainingJobStatus,
)
from trainyard.conditions import Finding, shorten
from trainyard.delivery import Outgoing
from trainyard.tracked import LINEAGE, Tracked, TrackedRun
from trainyard.tracking_servers import TrackingServers
from trainyard.training_jobs.observed import Observed, TrainingTurn
from trainyard.training_jobs.tracked_records import tracked_records


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of tracker, and where a TrainingJob speaks of it."""

    title: str
    prefix: str
    """Before the names of its servers, where they are posted to."""
    field: Literal["tracking", "lineage"]
    """Of the status."""
    condition: str


_MLFLOW = _Kind("MLflow", "", "tracking", "Tracked")
_OPENLINEAGE = _Kind("OpenLineage", LINEAGE, "lineage", "LineageTracked")
_KINDS = (_MLFLOW, _OPENLINEAGE)
_FOLLOWING = frozenset({"place", "job", "why", "reads", "gives", "code"})
"""What of a record follows from its id and its tags."""


def outgoing_records(job: TrainingJob, observed: Observed) -> Iterator[Outgoing[Tracked]]:
    """Yield what each server is to record, as the status that is stored numbers it."""
    for kind in _KINDS:
        state, server = _stored(job.status, kind), _server(job, observed, kind)
        if state is None or server is None or state.server != server:
            continue
        known = tracked_records(job, job.status, observed)
        waiting = tuple(
            replace(known[record.name], number=record.number)
            for record in state.records
            if record.number > state.delivered and record.name in known
        )
        yield Outgoing(f"{kind.prefix}{server}", state.delivered, waiting)


def with_tracking(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which each changed run and version has the next number."""
    for kind in _KINDS:
        turn = _with_tracking(job, observed, turn, kind)
    return turn


def _with_tracking(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, kind: _Kind
) -> TrainingTurn:
    wanted = _wanted(job, kind)
    if wanted is None:
        return turn if _stored(turn.status, kind) is None else turn.changed(**{kind.field: None})
    state, server = _state(wanted, turn, kind), _server(job, observed, kind)
    if server is None:
        known = ", ".join(_servers(observed, kind).known_in(job.metadata.namespace))
        why = (
            f"the installation has no such {kind.title} server for this namespace,"
            f" it has: {known or 'none'}"
        )
        return turn.changed(**{kind.field: state.model_copy(update={"why": shorten(why, 500)})})
    delivery = observed.deliveries.get(f"{kind.prefix}{server}")
    if delivery is not None:
        learnt = {
            "delivered": max(state.delivered, delivery.delivered),
            "failing_since": delivery.failing_since,
            "why": shorten(delivery.why, 500),
        }
        state = _with_refusals(state, delivery.refused).model_copy(update=learnt)
        turn = turn.again_at(delivery.again_at)
    found = tracked_records(job, turn.status, observed)
    return turn.changed(**{kind.field: _numbered(state, found)})


def is_awaited(status: TrainingJobStatus, run: Run) -> bool:
    """Tell whether a tracker has not taken the newest run yet as it is."""
    if not status.runs or status.runs[0].name != run.name:
        return False
    states = (_stored(status, kind) for kind in _KINDS)
    return any(
        record.name == run.name and record.number > state.delivered
        for state in states
        if state is not None
        for record in state.records
    )


def tracked(status: TrainingJobStatus) -> Iterator[Finding]:
    """Yield the conditions that say whether runs are tracked, where they are to be."""
    for kind in _KINDS:
        state = _stored(status, kind)
        if state is not None:
            yield _finding(state, kind)


def _finding(state: TrackingState, kind: _Kind) -> Finding:
    name = f"{kind.title} server {state.server}"
    if state.why:
        reason = TrainingJobReason.NOT_TRACKED
        return Finding(kind.condition, False, reason, f"{name}: {state.why}")
    if refused := [record for record in state.records if record.refused]:
        text = (
            f"{name} takes runs and versions, but refuses for good"
            f" {len(refused)} of {len(state.records)}, which it is asked to take again when they"
            f" change: {refused[0].name}: {refused[0].refused}"
        )
        reason = TrainingJobReason.TRACKING_REFUSED
        return Finding(kind.condition, False, reason, shorten(text, 500))
    text = f"{name} takes runs and versions"
    return Finding(kind.condition, True, TrainingJobReason.TRACKED, text)


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


def _stored(status: TrainingJobStatus, kind: _Kind) -> TrackingState | None:
    return status.tracking if kind.field == "tracking" else status.lineage


def _wanted(job: TrainingJob, kind: _Kind) -> str | None:
    """Return the server that the TrainingJob names; None: no tracker of that kind."""
    said = job.spec.tracking
    if said is None:
        return None
    if kind is _MLFLOW:
        return said.mlflow.server if said.mlflow is not None else None
    return said.openlineage.server if said.openlineage is not None else None


def _servers(observed: Observed, kind: _Kind) -> TrackingServers:
    installation = observed.installation
    return installation.mlflow_servers if kind is _MLFLOW else installation.openlineage_servers


def _server(job: TrainingJob, observed: Observed, kind: _Kind) -> str | None:
    wanted = _wanted(job, kind)
    return wanted if wanted in _servers(observed, kind).known_in(job.metadata.namespace) else None


def _state(server: str, turn: TrainingTurn, kind: _Kind) -> TrackingState:
    """Return the state so far; a server that is new to the TrainingJob has nothing yet.

    Numbers begin with the time, so that they go on rising where an earlier state is not known any
    more: of two records with the same number the later one would count as delivered.
    """
    state = _stored(turn.status, kind)
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

    Not what follows from the digests of its recipe, data, code and bundle, which is known only
    while these are the present ones, nor the trials, which are forgotten once they have arrived:
    their counts are among the tags.
    """
    if isinstance(record, TrackedRun):
        record = replace(record, parameters={}, objective="", trials=())
    said = asdict(replace(record, number=0))
    content = {name: value for name, value in said.items() if name not in _FOLLOWING}
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
