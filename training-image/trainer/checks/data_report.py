"""What became of a refresh, on a page for people (Markdown)?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

REPORT = "report.md"
PICTURE = "profile.svg"


def version_report(name: str, result: Mapping[str, Any], profile: bytes) -> str:
    """The page of a version: its numbers, what differs, what looks wrong, and its columns."""
    rows = f"{result['trainRows']} to train on and {result['testRows']} to test on"
    lines = [
        f"# {name}, version {result['digest'][7:19]}",
        "",
        f"`{result['digest']}`: {result['rows']} rows, {rows}.",
        *_difference(result.get("difference")),
        *_listed("What looks wrong", result.get("warnings") or ()),
        "",
        "## Columns",
        "",
        *_table(
            ("column", "type", "role", "filled", "missing", "values", "why this type"),
            (_column(column) for column in json.loads(profile)["columns"]),
        ),
        "",
        f"![How the values of each column lie]({PICTURE})",
    ]
    return "\n".join(lines) + "\n"


def refusal_report(name: str, result: Mapping[str, Any]) -> str:
    """The page of refused data: every check that it did not pass, with rows."""
    rows = (
        (
            failure["check"],
            failure["column"] or "",
            f"{failure['count']} of {failure['rows']}",
            failure["message"],
            "; ".join(failure["examples"]),
        )
        for failure in result["failures"]
    )
    lines = [
        f"# {name}: refused",
        "",
        f"{result['rows']} rows were read; the version before stays.",
        "",
        *_table(("check", "column", "rows", "what is wrong", "examples"), rows),
        *_difference(result.get("difference")),
    ]
    return "\n".join(lines) + "\n"


def _difference(found: Mapping[str, Any] | None) -> Iterator[str]:
    if not found:
        return
    yield from ("", f"## Against version {found['previous'][7:19]}", "")
    for what in ("Added", "Removed", "Changed"):
        if found[f"rows{what}"] is not None:
            yield f"- rows {what.lower()}: {found[f'rows{what}']}"
    for what in ("Added", "Removed", "Retyped"):
        if names := found[f"columns{what}"]:
            yield f"- columns {what.lower()}: {_cell(', '.join(names))}"
    for drift in found["drifts"]:
        said = f"{drift['column']}, effect {drift['effect']}, {drift['moved']}"
        yield f"- drifted: {_cell(said)}"


def _listed(title: str, lines: Any) -> Iterator[str]:
    if lines:
        yield from ("", f"## {title}", "", *(f"- {_cell(line)}" for line in lines))


def _column(column: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        column["name"],
        column["type"],
        column["role"],
        str(column["count"]),
        str(column["missing"]),
        _values(column),
        column.get("why", ""),
    )


def _values(column: Mapping[str, Any]) -> str:
    if "mean" in column:
        median = column.get("quantiles", {}).get("0.5", "")
        return f"{column['min']} to {column['max']}, median {median}, mean {column['mean']}"
    if "top" not in column:
        return "none"
    more = "" if column["distinctIsExact"] else "over "
    top = ", ".join(f"{entry['value']} ({entry['count']})" for entry in column["top"][:3])
    return f"{more}{column['distinct']} different: {top}"


def _table(head: tuple[str, ...], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"


def _cell(text: str) -> str:
    """Fit for one cell: data may hold bars, line ends and marks of HTML."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    return " ".join(escaped.split())
