"""Which part of the spec decides what a run does, and how are runs and their Jobs named?"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from trainyard.api.v1alpha1.batch_prediction import BatchPrediction, BatchPredictionSpec
from trainyard.ownership import child_name

_VERSION = 1


def spec_digest(spec: BatchPredictionSpec) -> str:
    """Return the digest of the fields that a run follows; defaults are left out.

    A field that a later version adds must be left out while it has its default, or everything
    would be scored again after an upgrade. Pods, parallelism, attempts and schedule do not count.
    """
    fields: dict[str, Any] = {
        "version": _VERSION,
        "model": spec.model.to_api(),
        "source": spec.source.to_api(),
        "format": spec.format,
        "csv": spec.csv.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "output": spec.output.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "parts": spec.parts,
    }
    given = {key: value for key, value in fields.items() if value not in (None, {}, [])}
    text = json.dumps(given, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def run_name(batch: BatchPrediction, digest: str, trigger: str, now: datetime) -> str:
    """Return the name of the run that begins now: no other run has its folder."""
    meta = batch.metadata
    return child_name(meta.name, meta.uid, digest, trigger, now.isoformat())


def job_name(batch: BatchPrediction, run: str, attempt: int) -> str:
    """Return the name of the Job of that attempt at the run."""
    return child_name(batch.metadata.name, run, str(attempt))


def output_folder(batch: BatchPrediction, run: str) -> str:
    """Return the run's folder, below the namespace's part of the store."""
    return f"predictions/{batch.spec.output.path or batch.metadata.name}/{run}"
