"""What is still to be recorded by each tracker of runs, and what the status says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from trainyard.api.v1alpha1.tracking import TrackingState
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import (
    Run,
    TrainingJobReason,
    TrainingJobStatus,
)
from trainyard.conditions import Finding
from trainyard.delivery import Outgoing
from trainyard.tracked import Tracked
from trainyard.tracking_progress import (
    MLFLOW,
    OPENLINEAGE,
    NamedServer,
    TrackerKind,
    TrackingReasons,
    followed,
    named_server,
    outgoing_to,
    tracking_finding,
)
from trainyard.tracking_progress import is_awaited as is_record_awaited
from trainyard.training_jobs.observed import Observed, TrainingTurn
from trainyard.training_jobs.tracked_records import tracked_records


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a TrainingJob speaks of a kind of tracker."""

    kind: TrackerKind
    field: Literal["tracking", "lineage"]
    """Of the status."""


_PLACES = (_Place(MLFLOW, "tracking"), _Place(OPENLINEAGE, "lineage"))
_REASONS = TrackingReasons(
    taken=TrainingJobReason.TRACKED,
    failing=TrainingJobReason.NOT_TRACKED,
    refused=TrainingJobReason.TRACKING_REFUSED,
)


def outgoing_records(job: TrainingJob, observed: Observed) -> Iterator[Outgoing[Tracked]]:
    """Yield what each server is to record, as the status that is stored numbers it."""
    for place in _PLACES:
        server = _server(job, observed, place.kind)
        if server is not None:
            found = tracked_records(job, job.status, observed)
            yield from outgoing_to(server, _stored(job.status, place), found)


def with_tracking(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which each changed run and version has the next number."""
    for place in _PLACES:
        turn = _with_tracking(job, observed, turn, place)
    return turn


def _with_tracking(
    job: TrainingJob, observed: Observed, turn: TrainingTurn, place: _Place
) -> TrainingTurn:
    stored, server = _stored(turn.status, place), _server(job, observed, place.kind)
    if server is None:
        return turn if stored is None else turn.changed(**{place.field: None})
    found = tracked_records(job, turn.status, observed)
    state, again = followed(server, stored, found, observed.deliveries, turn.now)
    return turn.changed(**{place.field: state}).again_at(again)


def is_awaited(status: TrainingJobStatus, run: Run) -> bool:
    """Tell whether a tracker has not taken the newest run yet as it is."""
    if not status.runs or status.runs[0].name != run.name:
        return False
    return is_record_awaited(run.name, (status.tracking, status.lineage))


def tracked(status: TrainingJobStatus) -> Iterator[Finding]:
    """Yield the conditions that say whether runs are tracked, where they are to be."""
    for place in _PLACES:
        state = _stored(status, place)
        if state is not None:
            yield tracking_finding(place.kind, state, _REASONS)


def _stored(status: TrainingJobStatus, place: _Place) -> TrackingState | None:
    return status.tracking if place.field == "tracking" else status.lineage


def _server(job: TrainingJob, observed: Observed, kind: TrackerKind) -> NamedServer | None:
    """Return the server that the TrainingJob names; None: no tracker of that kind."""
    said, installation = job.spec.tracking, observed.installation
    if said is None:
        return None
    namespace = job.metadata.namespace
    if kind is MLFLOW:
        wanted, servers = said.mlflow, installation.mlflow_servers
        return named_server(kind, wanted.server, servers, namespace) if wanted else None
    told, servers = said.openlineage, installation.openlineage_servers
    return named_server(kind, told.server, servers, namespace) if told else None
