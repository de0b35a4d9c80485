"""Is a version that was made again the same as before, and if not, where does it differ?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trainyard.api.v1alpha1.model_version import ModelVersionSpec
from trainyard.api.v1alpha1.training_job_status import Verification
from trainyard.conditions import shorten

_NAMED = 6


def compared(before: ModelVersionSpec, again: ModelVersionSpec) -> Verification:
    """Return how the two compare: by their bytes, or else by their metrics on the same rows."""
    if again.bundle_digest == before.bundle_digest:
        text = f"the same bytes: {before.bundle_digest[:19]}"
        return Verification(outcome="BitEqual", message=text)
    reasons = "; ".join(_circumstances(before, again)) or "image and libraries are the same"
    metrics = tuple(_differences(before.metrics or {}, again.metrics or {}))
    if metrics:
        shown = ", ".join(metrics[:_NAMED])
        more = f" and {len(metrics) - _NAMED} more" if len(metrics) > _NAMED else ""
        text = f"{shown}{more}; {reasons}"
        return Verification(outcome="Different", message=shorten(text, 1024))
    text = f"other bytes ({again.bundle_digest[:19]}), the same metrics; {reasons}"
    return Verification(outcome="EqualMetrics", message=shorten(text, 1024))


def _circumstances(before: ModelVersionSpec, again: ModelVersionSpec) -> Iterator[str]:
    """Why it may be another one, though data, recipe and seed are the same."""
    yield from _differences(before.libraries or {}, again.libraries or {})
    if before.image != again.image:
        yield f"image {before.image or 'unknown'} → {again.image or 'unknown'}"


def _differences(before: Mapping[str, str], again: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*before, *again}):
        old, new = before.get(name, "none"), again.get(name, "none")
        if old != new:
            yield f"{name} {old} → {new}"
