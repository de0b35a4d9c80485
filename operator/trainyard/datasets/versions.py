"""What does a finished refresh change? Current version, history, locked schema, answers."""

from __future__ import annotations

from typing import Literal

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import (
    DatasetReason,
    DatasetStatus,
    DatasetVersion,
    LockedSchema,
    Refresh,
    RefreshDone,
)
from trainyard.datasets.outcome import Accepted, Refused, describe_failures
from trainyard.datasets.triggers import RETRAIN
from trainyard.jobs.source_names import name_of_source
from trainyard.reconciling.turn import Turn

ANSWERS_KEPT = 10
Answer = Literal["Refreshing", "New", "Unchanged", "Refused", "Failed"]


def accepted(
    dataset: Dataset, turn: Turn[DatasetStatus], refresh: Refresh, found: Accepted
) -> Turn[DatasetStatus]:
    """Return the turn in which the version found is the current one."""
    before = turn.status.current
    version = next((v for v in turn.status.versions if v.digest == found.version.digest), None)
    named = {"source": name_of_source(dataset.spec.source)}
    version = version or found.version.model_copy(update=named)
    new = before is None or before.digest != version.digest
    others = tuple(v for v in turn.status.versions if v.digest != version.digest)
    over = refresh.model_copy(
        update={
            "outcome": "Accepted",
            "version": version.digest,
            "warnings": found.warnings,
            "difference": found.difference,
            "source_state": found.source.state,
            "fresh_until": found.source.fresh_until,
            "report": found.source.report,
        }
    )
    turn = turn.changed(
        current=version,
        versions=(version, *others)[: dataset.spec.history_limit],
        locked_schema=_locked(dataset, turn.status, version),
        refresh=None,
        last_refresh=over,
        refreshes_done=answered(
            turn.status, refresh, "New" if new else "Unchanged", version.digest
        ),
    )
    if not new:
        return turn
    return turn.noted(DatasetReason.VERSION_FOUND, _found(version, before))


def refused(turn: Turn[DatasetStatus], refresh: Refresh, found: Refused) -> Turn[DatasetStatus]:
    """Return the turn in which the data was refused; the current version stays."""
    reason = (
        DatasetReason.SCHEMA_CHANGED if found.is_change_of_schema else DatasetReason.DATA_REFUSED
    )
    message = describe_failures(found.failures)
    over = refresh.model_copy(
        update={
            "outcome": "Refused",
            "failures": found.failures,
            "reason": str(reason),
            "difference": found.difference,
            "source_state": found.source.state,
            "fresh_until": found.source.fresh_until,
            "report": found.source.report,
        }
    )
    current, before = turn.status.current, turn.status.last_refresh
    known = before is not None and before.failures == found.failures
    turn = turn.changed(
        refresh=None,
        last_refresh=over,
        refreshes_done=answered(
            turn.status, refresh, "Refused", current.digest if current else None
        ),
    )
    # A schedule that finds the same bad data all night must not push the rest out of the history.
    return turn if known else turn.noted(reason, message, warning=True)


def unchanged(turn: Turn[DatasetStatus], over: Refresh, last: Refresh) -> Turn[DatasetStatus]:
    """Return the turn in which the source is as the last refresh read it, and so is the outcome."""
    kept = ("outcome", "version", "failures", "warnings", "source_state", "fresh_until", "report")
    since = last.unchanged_since or last.finished_at
    update = {name: getattr(last, name) for name in kept} | {"unchanged_since": since}
    refused = last.outcome == "Refused"
    if refused:
        update["difference"] = last.difference
    current = turn.status.current
    return turn.changed(
        refresh=None,
        last_refresh=over.model_copy(update={**update, "reason": last.reason}),
        refreshes_done=answered(
            turn.status,
            over,
            "Refused" if refused else "Unchanged",
            current.digest if current else None,
        ),
    )


def gave_up(turn: Turn[DatasetStatus], over: Refresh) -> Turn[DatasetStatus]:
    """Return the turn in which a refresh failed for good."""
    current = turn.status.current
    turn = turn.changed(
        refresh=None,
        last_refresh=over,
        refreshes_done=answered(turn.status, over, "Failed", current.digest if current else None),
    )
    text = f"{over.reason}: {over.message}"
    return turn.noted(DatasetReason.REFRESH_FAILED, text, warning=True)


def answered(
    status: DatasetStatus, refresh: Refresh, outcome: Answer, digest: str | None
) -> tuple[RefreshDone, ...]:
    """Return the answers with that of this refresh, if a TrainingJob requested it."""
    if not refresh.trigger.startswith(RETRAIN):
        return status.refreshes_done
    id_ = refresh.trigger.removeprefix(RETRAIN)
    others = tuple(answer for answer in status.refreshes_done if answer.id != id_)
    answer = RefreshDone(id=id_, outcome=outcome, version=digest)
    return (*others, answer)[-ANSWERS_KEPT:]


def _locked(
    dataset: Dataset, status: DatasetStatus, version: DatasetVersion
) -> LockedSchema | None:
    """Declared columns need no lock; inferred ones are locked by the first version that has them.

    The lock stays with that first version while the schema is the same.
    """
    if dataset.spec.columns:
        return None
    locked = status.locked_schema
    if locked is not None and locked.schema_digest == version.schema_digest:
        return locked
    return LockedSchema(digest=version.digest, schema_digest=version.schema_digest)


def _found(version: DatasetVersion, before: DatasetVersion | None) -> str:
    more = f", {version.rows - before.rows:+d} against {before.name}" if before else ""
    if before and version.difference:
        more = f"; {version.difference}"
    parts = f"{version.train_rows} to train on, {version.test_rows} to test on"
    return f"version {version.name}: {version.rows} rows ({parts}){more}"
