"""What do the conditions of a Dataset say?"""

from __future__ import annotations

from collections.abc import Iterator

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import DatasetReason, DatasetStatus, Refresh
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.conditions import Finding, in_column
from trainyard.datasets.outcome import describe_failures
from trainyard.datasets.triggers import SPEC
from trainyard.lineage import lineage_told
from trainyard.requests import acting_now
from trainyard.tracking_progress import TrackingReasons

_TRACKING = TrackingReasons(
    taken=DatasetReason.TRACKED,
    failing=DatasetReason.NOT_TRACKED,
    refused=DatasetReason.TRACKING_REFUSED,
)


def findings(
    dataset: Dataset, status: DatasetStatus, *, problem: str, waiting: str
) -> tuple[Finding, ...]:
    """Return the answers to every question that a Dataset's conditions ask.

    `problem`: what of the spec cannot be done here.
    What waits for an object waits while it is Reconciling, so one that stalls is not.
    """
    stalled = tuple(_stalled(status, problem))
    return (
        _ready(status, waiting),
        _data_valid(dataset, status),
        *(stalled or _under_way(status, waiting)),
        *lineage_told(status.lineage, _TRACKING),
    )


def why(found: tuple[Finding, ...]) -> str:
    """Return the one sentence for `kubectl get`: what is wrong first, then what goes on."""
    order = ("Stalled", "DataValid", "Reconciling", "Refreshing", "Ready")
    by_type = {finding.type: finding for finding in found}
    valid = by_type["DataValid"]
    for kind in order:
        finding = by_type.get(kind)
        if finding is None or (finding is valid and valid.status is not False):
            continue
        return in_column(f"{finding.reason}: {finding.message}")
    return ""


def _ready(status: DatasetStatus, waiting: str) -> Finding:
    if status.current is not None:
        current = status.current
        text = f"version {current.name}, {current.rows} rows"
        return Finding("Ready", status=True, reason=DatasetReason.VERSION_FOUND, message=text)
    text = "no refresh has given a version yet"
    refresh = status.refresh
    if refresh is not None and (refresh.message or waiting):
        text += f": {waiting or refresh.message}"
    elif status.last_refresh is not None:
        text += f": {_last(status.last_refresh)}"
    return Finding("Ready", status=False, reason=DatasetReason.NO_VERSION_YET, message=text)


def _data_valid(dataset: Dataset, status: DatasetStatus) -> Finding:
    last = status.last_refresh
    if last is None or last.phase is TaskPhase.FAILED:
        reason = DatasetReason.NOT_REFRESHED_YET if last is None else DatasetReason.REFRESH_FAILED
        text = "no refresh has ended yet" if last is None else _last(last)
        return Finding("DataValid", status=None, reason=reason, message=text)
    if last.outcome == "Refused":
        return _refused(dataset, status, last)
    text = f"every check passed{_unread(last)}"
    if last.warnings:
        text += f", with warnings: {'; '.join(last.warnings)}"
    return Finding("DataValid", status=True, reason=DatasetReason.CHECKS_PASSED, message=text)


def _refused(dataset: Dataset, status: DatasetStatus, last: Refresh) -> Finding:
    text = f"{describe_failures(last.failures)}{_unread(last)}"
    if status.current is not None:
        text += f". Version {status.current.name} stays current"
    if last.report:
        text += f". All of it: {last.report} in the store"
    reason = DatasetReason.DATA_REFUSED
    if last.reason == DatasetReason.SCHEMA_CHANGED:
        reason = DatasetReason.SCHEMA_CHANGED
        text += f". To accept the new schema: {accept_command(dataset, last)}"
    return Finding("DataValid", status=False, reason=reason, message=text)


def _unread(refresh: Refresh) -> str:
    since = refresh.unchanged_since
    if since is None:
        return ""
    return f"; the source has not changed since it was read at {since:%Y-%m-%d %H:%M:%S} UTC"


def accept_command(dataset: Dataset, refresh: Refresh) -> str:
    """Return the command that accepts the schema of the data; its token makes it count once."""
    meta = dataset.metadata
    return (
        f"kubectl annotate --overwrite -n {meta.namespace} dataset {meta.name} "
        f"trainyard.dev/request=accept-schema@now#{refresh.name[-6:]}"
    )


def _under_way(status: DatasetStatus, waiting: str) -> Iterator[Finding]:
    """A refresh of a changed spec is Reconciling; any other leaves the spec acted on."""
    refresh = status.refresh
    if refresh is None:
        return
    type_ = "Reconciling" if refresh.trigger == SPEC else "Refreshing"
    if refresh.phase is TaskPhase.WAITING:
        reason = (
            DatasetReason.SOURCE_NOT_FOUND
            if refresh.reason == DatasetReason.SOURCE_NOT_FOUND
            else DatasetReason.WAITING_TO_RETRY
        )
        at = refresh.retry_at.strftime("%H:%M:%S UTC") if refresh.retry_at else "once"
        said = (
            refresh.message if refresh.reason == reason else f"{refresh.reason}: {refresh.message}"
        )
        text = f"{said}; tried again at {at}"
        yield Finding(type_, status=True, reason=reason, message=text)
        return
    text = f"refresh {refresh.name} ({refresh.trigger})" + (f": {waiting}" if waiting else "")
    yield Finding(type_, status=True, reason=DatasetReason.REFRESHING, message=text)


def _stalled(status: DatasetStatus, problem: str) -> Iterator[Finding]:
    reason, text, last = DatasetReason.SPEC_INVALID, problem, status.last_refresh
    if not text and status.refresh is None and last is not None and last.phase is TaskPhase.FAILED:
        reason = DatasetReason.REFRESH_FAILED
        again = acting_now("refresh@now", status.last_request)
        text = f"{_last(last).rstrip('.')}. Change the spec, or request {again}"
    if text:
        yield Finding("Stalled", status=True, reason=reason, message=text)


def _last(refresh: Refresh) -> str:
    if refresh.outcome == "Refused":
        return describe_failures(refresh.failures)
    return f"{refresh.reason}: {refresh.message}"
