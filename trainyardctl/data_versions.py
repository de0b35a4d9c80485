"""What is different between two versions of the data?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from trainyardctl.snapshot import Raw, at

_SIDE_BY_SIDE = ("foundAt", "source", "rows", "trainRows", "testRows", "columns", "schemaDigest")
_COUNTED = (("rowsAdded", "rows came"), ("rowsRemoved", "rows went"), ("rowsChanged", "changed"))
_NAMED = (("columnsAdded", "came"), ("columnsRemoved", "went"), ("columnsRetyped", "other type"))


class NoSuchVersion(Exception):
    """The status keeps no version of that name."""


def two_versions(raw: Raw, names: Sequence[str]) -> tuple[Raw, Raw]:
    """Return the versions of the Dataset of these names, or beginnings of digests; with none the
    last two, older first. Raises NoSuchVersion.
    """
    kept = at(raw, "status.versions") or ()
    chosen = list(names) or [str(version.get("name")) for version in reversed(kept[:2])]
    found = [next((v for v in kept if _is_called(v, name)), None) for name in chosen]
    if len(found) != 2 or found[0] is None or found[1] is None:
        there = ", ".join(str(version.get("name")) for version in kept) or "none"
        wanted = ", ".join(names) or "two versions"
        raise NoSuchVersion(
            f"{wanted}: expected two of the versions that the status keeps: {there}"
        )
    return found[0], found[1]


def _is_called(version: Raw, name: str) -> bool:
    digest = str(version.get("digest", "")).removeprefix("sha256:")
    return bool(name) and digest.startswith(name.removeprefix("sha256:"))


def data_difference(raw: Raw, before: Raw, after: Raw) -> RenderableType:
    """Return both side by side, and what the refresh between them found where it is known."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    table.add_column(str(before.get("name")), overflow="fold")
    table.add_column(str(after.get("name")), overflow="fold")
    for field in _SIDE_BY_SIDE:
        old, new = str(before.get(field, "")), str(after.get(field, ""))
        table.add_row(field, old, Text(new, style="" if old == new else "bold"))
    return Group(table, *_between(raw, before, after))


def _between(raw: Raw, before: Raw, after: Raw) -> Iterator[Text]:
    refresh = at(raw, "status.lastRefresh") or {}
    found = refresh.get("difference") or {}
    is_of_these = found.get("previous") == before.get("digest")
    if not (is_of_these and refresh.get("version") == after.get("digest")):
        yield Text(str(after.get("difference") or ""), style="dim")
        return
    counted = [f"{found[field]} {word}" for field, word in _COUNTED if found.get(field) is not None]
    yield Text(", ".join(counted) or "rows cannot be compared: the columns differ")
    for field, word in _NAMED:
        if found.get(field):
            yield Text(f"columns, {word}: {', '.join(found[field])}")
    yield Text(f"{found.get('driftedColumns') or 0} columns are distributed otherwise")
    for drift in found.get("drifts") or ():
        yield Text(f"  {drift.get('column')} (PSI {drift.get('effect')}): {drift.get('moved')}")
