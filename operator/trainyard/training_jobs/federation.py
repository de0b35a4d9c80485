"""How does it stand with the participants of the run at work, and what are they told?

Nobody writes into their namespaces: each participant's Dataset reads this status, and starts its
part itself where its spec allows it.
"""

from __future__ import annotations

import json
from datetime import timedelta

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.federated import (
    FederationRecord,
    FederationState,
    Participant,
    ParticipantState,
    Participation,
)
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.api.v1alpha1.training_job_status import Run
from trainyard.jobs.federated_pods import (
    coordinator_address,
    coordinator_service,
    participants_config_map,
)
from trainyard.reconciling.plan import Apply
from trainyard.training_jobs.observed import Observed, TrainingTurn
from trainyard.training_jobs.rounds import rounds_after
from trainyard.training_jobs.runs import run_at_work

LOOKED_AFTER = timedelta(seconds=10)
"""While rounds are carried out, their coordinator is asked again after so long."""
ENROLLED = "Enrolled"
NO_KEY = ""
"""Of whom the coordinator does not wait for."""
_WITHDREW = frozenset({"NotAllowed", "NotFound"})
"""Of who has trained until then."""


def federated(job: TrainingJob, observed: Observed, turn: TrainingTurn) -> TrainingTurn:
    """Return the turn in which participants are told of the run at work, and those known to it are
    enrolled; without such a run nobody is told anything.
    """
    run = run_at_work(turn.status.runs)
    if job.spec.federated is None or run is None:
        return turn.changed(federation=None, rounds=None)
    state = FederationState(
        run=run.name,
        target=run.target,
        address=coordinator_address(job),
        certificate=_certificate(turn, observed, run),
        participants=tuple(
            _with_version_so_far(_state(job, run, participant, observed), turn, run)
            for participant in job.spec.federated.participants
        ),
    )
    keys = {
        participant.dataset.full_name: part.public_key
        for participant in job.spec.federated.participants
        if (part := _part(job, run, participant, observed)) is not None and part.public_key
    }
    if run.attempt:  # the first one has waited for them
        keys |= {p.dataset: NO_KEY for p in state.participants if p.state == "NotAllowed"}
    if observed.rounds is not None:
        turn = turn.again_at(turn.now + LOOKED_AFTER)
    rounds = rounds_after(turn.status.rounds, observed.rounds, state)
    return turn.changed(federation=state, rounds=rounds).doing(
        Apply(coordinator_service(job, run.name)),
        Apply(participants_config_map(job, json.dumps(keys, sort_keys=True))),
    )


def with_versions(
    record: FederationRecord | None, state: FederationState | None
) -> FederationRecord | None:
    """Return the record of who trained, with the versions of their data, and who withdrew."""
    if record is None or state is None:
        return record
    digests = {p.dataset: p.dataset_digest for p in state.participants}
    gone = {p.dataset for p in state.participants if p.state in _WITHDREW}
    known = tuple(
        p.model_copy(
            update={"dataset_digest": digests.get(p.name), "withdrew": p.name in gone},
        )
        for p in record.participants
    )
    return record.model_copy(update={"participants": known})


def told_participants(state: FederationState) -> str:
    """Return in words how many participants are there, and what keeps the others."""
    enrolled = sum(p.state == ENROLLED for p in state.participants)
    others = [f"{p.dataset} {p.state}" for p in state.participants if p.state != ENROLLED]
    text = f"{enrolled} of {len(state.participants)} participants are enrolled"
    return f"{text} ({', '.join(others[:4])})" if others else text


def _certificate(turn: TrainingTurn, observed: Observed, run: Run) -> str:
    before = turn.status.federation
    same = before is not None and before.run == run.name
    return observed.certificate or (before.certificate if same and before is not None else "")


def _with_version_so_far(state: ParticipantState, turn: TrainingTurn, run: Run) -> ParticipantState:
    """Who withdrew has trained on a version until then, and the record is to name it."""
    before = turn.status.federation
    if state.dataset_digest is not None or before is None or before.run != run.name:
        return state
    digests = {p.dataset: p.dataset_digest for p in before.participants}
    return state.model_copy(update={"dataset_digest": digests.get(state.dataset)})


def _part(
    job: TrainingJob, run: Run, participant: Participant, observed: Observed
) -> Participation | None:
    """Return the participant's part in the run, where its Dataset still allows it."""
    dataset = observed.participants.get(participant.dataset.full_name)
    if dataset is None or not _allows(dataset, job):
        return None
    name = f"{job.metadata.namespace}/{job.metadata.name}"
    parts = dataset.status.participations
    return next((p for p in parts if p.coordinator == name and p.run == run.name), None)


def _allows(dataset: Dataset, job: TrainingJob) -> bool:
    name = f"{job.metadata.namespace}/{job.metadata.name}"
    allowed = dataset.spec.federation.allowed_coordinators if dataset.spec.federation else ()
    return any(coordinator.full_name == name for coordinator in allowed)


def _state(
    job: TrainingJob, run: Run, participant: Participant, observed: Observed
) -> ParticipantState:
    name = participant.dataset.full_name
    dataset = observed.participants.get(name)
    if dataset is None:
        text = f"there is no Dataset {name}, or this installation does not look after its namespace"
        return ParticipantState(dataset=name, state="NotFound", message=text)
    if not _allows(dataset, job):
        text = (
            f"Dataset {name} has to name {job.metadata.namespace}/{job.metadata.name} in"
            " spec.federation.allowedCoordinators"
        )
        return ParticipantState(dataset=name, state="NotAllowed", message=text)
    part = _part(job, run, participant, observed)
    if part is None:
        if dataset.status.current is None:
            text = f"Dataset {name} has no version yet: {dataset.status.why}"
            return ParticipantState(dataset=name, state="NoData", message=text[:1024])
        return ParticipantState(dataset=name, state="Waiting", message="its pod is not there yet")
    found = {"dataset": name, "dataset_digest": part.dataset_digest, "message": part.message}
    if part.phase == "Failed":
        return ParticipantState(state="Failed", **found)
    return ParticipantState(state=ENROLLED if part.public_key else "Waiting", **found)
