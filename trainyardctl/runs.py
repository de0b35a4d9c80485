"""What is different between two runs of a TrainingJob?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from trainyardctl.snapshot import Raw, at

_SIDE_BY_SIDE = ("phase", "cause", "recipe", "recipeDigest", "datasetDigest", "bundleDigest")


class NoSuchRun(Exception):
    """The status keeps no run of that name."""


def two_runs(raw: Raw, names: Sequence[str]) -> tuple[Raw, Raw]:
    """Return the runs of these names; with none the last two, older first.

    Raises NoSuchRun.
    """
    runs = {str(run.get("name")): run for run in at(raw, "status.runs") or ()}
    chosen = list(names) or list(reversed(list(runs)[:2]))
    missing = [name for name in chosen if name not in runs]
    if missing or len(chosen) != 2:
        kept = ", ".join(runs) or "none"
        wanted = ", ".join(missing or chosen) or "two runs"
        raise NoSuchRun(f"{wanted}: expected two of the runs that the status keeps: {kept}")
    return runs[chosen[0]], runs[chosen[1]]


def difference(before: Raw, after: Raw) -> Table:
    """Return both side by side, what differs marked; metrics with their change."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    table.add_column(str(before.get("name")), overflow="fold")
    table.add_column(str(after.get("name")), overflow="fold")
    for field in _SIDE_BY_SIDE:
        old, new = _shown(before.get(field)), _shown(after.get(field))
        table.add_row(field, old, Text(new, style="" if old == new else "bold"))
    old_metrics, new_metrics = before.get("metrics") or {}, after.get("metrics") or {}
    for metric in sorted({*old_metrics, *new_metrics}):
        old, new = str(old_metrics.get(metric, "")), str(new_metrics.get(metric, ""))
        table.add_row(metric, old, Text(f"{new}{_change(old, new)}"))
    return table


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{value.get('kind', '')}: {value.get('message', '')}".removesuffix(": ")
    return "" if value is None else str(value)


def _change(old: str, new: str) -> str:
    try:
        change = float(new) - float(old)
    except ValueError:
        return ""
    return f" ({change:+.4g})" if change else ""
