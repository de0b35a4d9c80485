"""When does a Dataset refresh, and by which refresh?"""

from __future__ import annotations

from datetime import datetime

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import DatasetStatus, Refresh
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.datasets.identity import refresh_name
from trainyard.datasets.observed import Observed

SPEC, CRON, RETRAIN, REQUEST = "spec", "cron:", "retrain:", "request:"
CONFIG_MAP = "configMap:"
_LONGEST = 256


def next_trigger(
    status: DatasetStatus,
    digest: str,
    observed: Observed,
    *,
    request: str | None,
    due_slot: datetime | None,
) -> str | None:
    """Return the most important cause of a refresh that none has followed yet, or None."""
    if status.last_refresh is None or status.last_refresh.spec_digest != digest:
        return SPEC
    if request is not None:
        return f"{REQUEST}{request}"[:_LONGEST]
    done = {answer.id for answer in status.refreshes_done}
    wanted = next((id_ for id_ in observed.requested if id_ not in done), None)
    if wanted is not None:
        return f"{RETRAIN}{wanted}"[:_LONGEST]
    if due_slot is not None:
        return f"{CRON}{due_slot.strftime('%Y-%m-%dT%H:%M:%SZ')}"
    if is_other_source(status.last_refresh, observed):
        return f"{CONFIG_MAP}{observed.config_map_version}"
    return None


def is_other_source(refresh: Refresh, observed: Observed) -> bool:
    """Tell whether the source's ConfigMap is there and not the one that the refresh was to read."""
    return observed.config_map_version not in ("", refresh.config_map_version)


def new_refresh(
    dataset: Dataset, status: DatasetStatus, trigger: str, digest: str, now: datetime
) -> Refresh:
    """Return the refresh that the trigger causes."""
    locked, current = status.locked_schema, status.current
    return Refresh(
        name=refresh_name(dataset, digest, trigger, 0),
        trigger=trigger,
        spec_digest=digest,
        queued_at=now,
        phase=TaskPhase.PENDING,
        locked_schema=locked.digest if locked and not dataset.spec.columns else None,
        previous=current.digest if current else None,
        known_state=_known_state(status, trigger, now),
    )


def _known_state(status: DatasetStatus, trigger: str, now: datetime) -> str | None:
    """Return the state in which the last refresh would find the same again.

    A person who asks for a refresh, or changes the spec, wants the source to be read.
    """
    last = status.last_refresh
    if last is None or last.outcome is None or not trigger.startswith((CRON, RETRAIN)):
        return None
    is_stale = last.fresh_until is not None and last.fresh_until <= now
    return None if is_stale else last.source_state
