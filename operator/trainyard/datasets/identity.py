"""Which part of a Dataset's spec decides what a refresh finds, and how refreshes are named."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from trainyard.api.v1alpha1.dataset import Dataset, DatasetColumn, DatasetSpec
from trainyard.ownership import child_name

_VERSION = 1


def spec_digest(spec: DatasetSpec) -> str:
    """Return the digest of the fields that a refresh follows; defaults are left out.

    A field that a later version adds must be left out while it has its default, or every Dataset
    would be refreshed after an upgrade. Pod settings, schedule and history do not count.
    """
    fields: dict[str, Any] = {
        "version": _VERSION,
        "source": _given(spec.source.to_api()),
        "format": spec.format,
        "csv": spec.csv.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "target": spec.target,
        "columns": [column_document(c) for c in spec.columns] if spec.columns else None,
        "checks": _given(spec.checks.model_dump(mode="json", by_alias=True, exclude_defaults=True)),
        "split": _given(spec.split.model_dump(mode="json", by_alias=True, exclude_defaults=True)),
    }
    text = json.dumps(_given(fields), sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def column_document(column: DatasetColumn) -> dict[str, Any]:
    """Return the column as the task document words it, without defaults."""
    return column.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def refresh_name(dataset: Dataset, digest: str, trigger: str, attempt: int) -> str:
    """Return the Job's name: the same refresh is never started twice."""
    return child_name(dataset.metadata.name, dataset.metadata.uid, digest, trigger, str(attempt))


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value not in (None, {}, [])}
