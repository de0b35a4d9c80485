"""When does a Dataset look, and what follows from a look that ended?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import DatasetStatus, Look
from trainyard.datasets.identity import look_name
from trainyard.jobs.failure import Failure, Fault, pause_before

SPEC, CRON, FRESH, REQUEST = "spec", "cron:", "fresh:", "request:"
MAX_MACHINE_RETRIES = 5
"""After so many faults of the machine a look waits for the next trigger."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why to look now."""

    text: str
    """`spec`, `cron:<slot>`, `fresh:<id>`, `request:<text>`."""


def next_trigger(
    status: DatasetStatus,
    digest: str,
    *,
    request: str | None,
    wishes: tuple[str, ...],
    due_slot: datetime | None,
) -> Trigger | None:
    """Return the most important reason to look that no look has answered yet, or None."""
    if status.last_look is None or status.last_look.spec_digest != digest:
        return Trigger(SPEC)
    if request is not None:
        return Trigger(f"{REQUEST}{request}"[:256])
    answered = {answer.id for answer in status.fresh_data}
    wish = next((wish for wish in wishes if wish not in answered), None)
    if wish is not None:
        return Trigger(f"{FRESH}{wish}"[:256])
    if due_slot is not None:
        return Trigger(f"{CRON}{due_slot.strftime('%Y-%m-%dT%H:%M:%SZ')}")
    return None


def new_look(
    dataset: Dataset, status: DatasetStatus, trigger: Trigger, digest: str, now: datetime
) -> Look:
    """Return the look that answers the trigger."""
    locked = status.locked_schema
    return Look(
        name=look_name(dataset, digest, trigger.text, 0),
        trigger=trigger.text,
        spec_digest=digest,
        at=now,
        phase="Looking",
        locked_schema=locked.digest if locked and not dataset.spec.columns else None,
    )


def tried_again(dataset: Dataset, look: Look, now: datetime) -> Look:
    """Return the next attempt of a look whose pause is over."""
    attempt = look.attempt + 1
    return look.model_copy(
        update={
            "name": look_name(dataset, look.spec_digest, look.trigger, attempt),
            "attempt": attempt,
            "at": now,
            "phase": "Looking",
            "retry_at": None,
        }
    )


def after_failure(look: Look, failure: Failure, now: datetime) -> Look:
    """Return the look as it stands after its Job failed: waiting for a retry, or over.

    A source that is not there may come without a change to the Dataset (files are applied in any
    order), so it is looked for as long as the Dataset exists.
    """
    machine = failure.fault is Fault.MACHINE
    again = failure.fault is Fault.SOURCE or (machine and look.machine_faults < MAX_MACHINE_RETRIES)
    update: dict[str, object] = {
        "reason": failure.reason,
        "message": failure.message,
        "machine_faults": look.machine_faults + 1 if machine else 0,
    }
    if again:
        pause = pause_before(look.attempt)
        return look.model_copy(update={**update, "phase": "Waiting", "retry_at": now + pause})
    return look.model_copy(update={**update, "phase": "Failed", "finished_at": now})
