"""What was measured on the test rows? Metrics, measures and champion of a result document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainyard.api.measures import Measured
from trainyard.api.v1alpha1.model_version import ChampionMeasured
from trainyard.conditions import shorten

_METRICS_KEPT = 64


def metrics_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the metrics as decimal strings; those of the user's code as far as there is room.

    Raises TypeError when they are no mapping.
    """
    graded, own = (document.get(member) or {} for member in ("metrics", "ownMetrics"))
    if not isinstance(graded, Mapping) or not isinstance(own, Mapping):
        raise TypeError("metrics are not a mapping from name to number")
    names = [*sorted(graded), *(name for name in sorted(own) if name not in graded)]
    found = {**own, **graded}
    return {str(name): str(found[name]) for name in sorted(names[:_METRICS_KEPT])}


def measures_of_result(document: Mapping[str, Any]) -> dict[str, Measured] | None:
    """Return what gates asked for beyond the metrics; None where nothing was asked.

    Raises TypeError, or ValueError (pydantic's), on another shape.
    """
    found = document.get("measures")
    if not found:
        return None
    if not isinstance(found, Mapping):
        raise TypeError("measures are no mapping from what was asked to what was measured")
    return {str(key): Measured.model_validate(value) for key, value in found.items()}


def champion_measured(document: Mapping[str, Any] | None) -> ChampionMeasured | None:
    """Return the champion's own results. Raises ValueError (pydantic's too) on another shape."""
    if not document:
        return None
    error = document.get("error")
    return ChampionMeasured(
        bundle_digest=str(document["bundle"]),
        metrics=None if error else metrics_of(document),
        measures=None if error else measures_of_result(document),
        error=shorten(str(error or ""), 256),
    )
