"""What differs between the data of a refresh and the version before, and how is it told?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trainyard.api.v1alpha1.version_difference import ColumnDrift, VersionDifference
from trainyard.conditions import shorten

_DRIFTS_KEPT = 5
_COLUMNS_KEPT = 10
_TEXT = 160
_LONGEST = 256


def read_difference(result: Mapping[str, Any]) -> VersionDifference | None:
    """Return the difference that the result document holds.

    Raises ValidationError, KeyError or TypeError for one that cannot be read.
    """
    found = result.get("difference")
    if not found:
        return None
    return VersionDifference(
        previous=found["previous"],
        previous_rows=found["previousRows"],
        rows_added=found.get("rowsAdded"),
        rows_removed=found.get("rowsRemoved"),
        rows_changed=found.get("rowsChanged"),
        columns_added=_names(found, "columnsAdded"),
        columns_removed=_names(found, "columnsRemoved"),
        columns_retyped=_names(found, "columnsRetyped"),
        drifted_columns=int(found.get("driftedColumns") or 0),
        drifts=tuple(_drift(drift) for drift in (found.get("drifts") or ())[:_DRIFTS_KEPT]),
    )


def describe_difference(difference: VersionDifference | None) -> str:
    """Return the difference in one line; empty where there is none."""
    if difference is None:
        return ""
    said = ", ".join(_parts(difference)) or "the same rows"
    return shorten(f"against {difference.previous[7:19]}: {said}", _LONGEST)


def _parts(difference: VersionDifference) -> Iterator[str]:
    counts = (
        ("added", difference.rows_added),
        ("removed", difference.rows_removed),
        ("changed", difference.rows_changed),
    )
    rows = [f"{count} {what}" for what, count in counts if count]
    if rows:
        yield f"rows {', '.join(rows)}"
    for what, names in (
        ("new", difference.columns_added),
        ("gone", difference.columns_removed),
        ("of another type", difference.columns_retyped),
    ):
        if names:
            yield f"columns {what}: {', '.join(names)}"
    if difference.drifted_columns:
        named = ", ".join(f"{d.column} {d.effect} ({d.moved})" for d in difference.drifts)
        yield f"drifted: {difference.drifted_columns} ({named})"


def _names(found: Mapping[str, Any], member: str) -> tuple[str, ...]:
    return tuple(shorten(str(name), _TEXT) for name in (found.get(member) or ())[:_COLUMNS_KEPT])


def _drift(found: Mapping[str, Any]) -> ColumnDrift:
    return ColumnDrift(
        column=shorten(str(found["column"]), _TEXT),
        effect=shorten(str(found["effect"]), 32),
        moved=shorten(str(found.get("moved") or ""), _TEXT),
    )
