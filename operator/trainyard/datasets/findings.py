"""What do the conditions of a Dataset say?"""

from __future__ import annotations

from collections.abc import Iterator

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import DatasetReason, DatasetStatus, Look
from trainyard.conditions import Finding, in_column
from trainyard.datasets.outcome import describe_failures


def findings(
    dataset: Dataset, status: DatasetStatus, *, schedule_problem: str, waiting: str
) -> tuple[Finding, ...]:
    """Return the answers to every question that a Dataset's conditions ask."""
    return (
        _ready(status, waiting),
        _data_valid(dataset, status),
        *_under_way(status, waiting),
        *_stalled(status, schedule_problem),
    )


def why(found: tuple[Finding, ...]) -> str:
    """Return the one sentence for `kubectl get`: what is wrong first, then what goes on."""
    order = ("Stalled", "DataValid", "Reconciling", "Ready")
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
    text = "no look has given a version yet"
    if status.look is not None and (status.look.message or waiting):
        text += f": {waiting or status.look.message}"
    elif status.last_look is not None:
        text += f": {_last(status.last_look)}"
    return Finding("Ready", status=False, reason=DatasetReason.NO_VERSION_YET, message=text)


def _data_valid(dataset: Dataset, status: DatasetStatus) -> Finding:
    last = status.last_look
    if last is None or last.phase == "Failed":
        reason = DatasetReason.NOT_LOOKED_YET if last is None else DatasetReason.LOOK_FAILED
        text = "no look has ended yet" if last is None else _last(last)
        return Finding("DataValid", status=None, reason=reason, message=text)
    if last.phase == "Refused":
        return _refused(dataset, status, last)
    text = "every check passed"
    if last.warnings:
        text += f", with warnings: {'; '.join(last.warnings)}"
    return Finding("DataValid", status=True, reason=DatasetReason.CHECKS_PASSED, message=text)


def _refused(dataset: Dataset, status: DatasetStatus, last: Look) -> Finding:
    text = describe_failures(last.failures)
    if status.current is not None:
        text += f". Version {status.current.name} stays current"
    reason = DatasetReason.DATA_REFUSED
    if last.reason == DatasetReason.SCHEMA_CHANGED:
        reason = DatasetReason.SCHEMA_CHANGED
        text += f". To accept the new shape: {release_command(dataset, last)}"
    return Finding("DataValid", status=False, reason=reason, message=text)


def release_command(dataset: Dataset, look: Look) -> str:
    """Return the command that accepts the shape of the data; its token makes it count once."""
    meta = dataset.metadata
    return (
        f"kubectl annotate --overwrite -n {meta.namespace} dataset {meta.name} "
        f"trainyard.dev/request=release@schema#{look.name[-6:]}"
    )


def _under_way(status: DatasetStatus, waiting: str) -> Iterator[Finding]:
    look = status.look
    if look is None:
        return
    if look.phase == "Waiting":
        reason = (
            DatasetReason.SOURCE_NOT_FOUND
            if look.reason == DatasetReason.SOURCE_NOT_FOUND
            else DatasetReason.WAITING_TO_RETRY
        )
        at = look.retry_at.strftime("%H:%M:%S UTC") if look.retry_at else "once"
        said = look.message if look.reason == reason else f"{look.reason}: {look.message}"
        text = f"{said}; looks again at {at}"
        yield Finding("Reconciling", status=True, reason=reason, message=text)
        return
    text = f"look {look.name} ({look.trigger})" + (f": {waiting}" if waiting else "")
    yield Finding("Reconciling", status=True, reason=DatasetReason.LOOKING, message=text)


def _stalled(status: DatasetStatus, schedule_problem: str) -> Iterator[Finding]:
    reason, text, last = DatasetReason.SPEC_INVALID, schedule_problem, status.last_look
    if not text and status.look is None and last is not None and last.phase == "Failed":
        reason = DatasetReason.LOOK_FAILED
        text = f"{_last(last).rstrip('.')}. Change the spec, or ask for another look"
    if text:
        yield Finding("Stalled", status=True, reason=reason, message=text)


def _last(look: Look) -> str:
    if look.phase == "Refused":
        return describe_failures(look.failures)
    return f"{look.reason}: {look.message}"
