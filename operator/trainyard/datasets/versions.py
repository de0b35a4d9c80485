"""What does a finished look change? Current version, history, locked shape, answered wishes."""

from __future__ import annotations

from typing import Literal

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import (
    DatasetReason,
    DatasetStatus,
    DatasetVersion,
    FreshDataAnswer,
    LockedSchema,
    Look,
)
from trainyard.datasets.looks import FRESH
from trainyard.datasets.outcome import Accepted, Refused, describe_failures
from trainyard.reconciling.turn import Turn

ANSWERS_KEPT = 10
Answer = Literal["Looking", "New", "Unchanged", "Refused", "Failed"]


def accepted(
    dataset: Dataset, turn: Turn[DatasetStatus], look: Look, found: Accepted
) -> Turn[DatasetStatus]:
    """Return the turn in which the version found is the current one."""
    before = turn.status.current
    version = next((v for v in turn.status.versions if v.digest == found.version.digest), None)
    version = version or found.version
    new = before is None or before.digest != version.digest
    others = tuple(v for v in turn.status.versions if v.digest != version.digest)
    over = look.model_copy(
        update={
            "phase": "Accepted",
            "finished_at": turn.now,
            "version": version.digest,
            "warnings": found.warnings,
            "reason": "",
            "message": "",
        }
    )
    turn = turn.changed(
        current=version,
        versions=(version, *others)[: dataset.spec.history_limit],
        locked_schema=_locked(dataset, turn.status, version),
        look=None,
        last_look=over,
        fresh_data=answered(turn.status, look, "New" if new else "Unchanged", version.digest),
    )
    if not new:
        return turn
    return turn.noted(DatasetReason.VERSION_FOUND, _found(version, before))


def refused(turn: Turn[DatasetStatus], look: Look, found: Refused) -> Turn[DatasetStatus]:
    """Return the turn in which the data was refused; the current version stays."""
    reason = (
        DatasetReason.SCHEMA_CHANGED if found.is_change_of_shape else DatasetReason.DATA_REFUSED
    )
    message = describe_failures(found.failures)
    over = look.model_copy(
        update={
            "phase": "Refused",
            "finished_at": turn.now,
            "failures": found.failures,
            "reason": str(reason),
            "message": "",
        }
    )
    current, before = turn.status.current, turn.status.last_look
    known = before is not None and before.failures == found.failures
    turn = turn.changed(
        look=None,
        last_look=over,
        fresh_data=answered(turn.status, look, "Refused", current.digest if current else None),
    )
    # A schedule that finds the same bad data all night must not push the rest out of the history.
    return turn if known else turn.noted(reason, message, warning=True)


def gave_up(turn: Turn[DatasetStatus], over: Look) -> Turn[DatasetStatus]:
    """Return the turn in which a look failed for good."""
    current = turn.status.current
    turn = turn.changed(
        look=None,
        last_look=over,
        fresh_data=answered(turn.status, over, "Failed", current.digest if current else None),
    )
    text = f"{over.reason}: {over.message}"
    return turn.noted(DatasetReason.LOOK_FAILED, text, warning=True)


def answered(
    status: DatasetStatus, look: Look, outcome: Answer, digest: str | None
) -> tuple[FreshDataAnswer, ...]:
    """Return the answers with that of this look, if a wish had asked for it."""
    if not look.trigger.startswith(FRESH):
        return status.fresh_data
    wish = look.trigger.removeprefix(FRESH)
    others = tuple(answer for answer in status.fresh_data if answer.id != wish)
    answer = FreshDataAnswer(id=wish, outcome=outcome, version=digest)
    return (*others, answer)[-ANSWERS_KEPT:]


def _locked(
    dataset: Dataset, status: DatasetStatus, version: DatasetVersion
) -> LockedSchema | None:
    """Declared columns need no lock; inferred ones are locked by the first version that has them.

    The lock stays with that first version while the shape is the same.
    """
    if dataset.spec.columns:
        return None
    locked = status.locked_schema
    if locked is not None and locked.schema_digest == version.schema_digest:
        return locked
    return LockedSchema(digest=version.digest, schema_digest=version.schema_digest)


def _found(version: DatasetVersion, before: DatasetVersion | None) -> str:
    more = f", {version.rows - before.rows:+d} against {before.name}" if before else ""
    parts = f"{version.train_rows} to train on, {version.test_rows} to test on"
    return f"version {version.name}: {version.rows} rows ({parts}){more}"
