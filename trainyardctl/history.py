"""What happened to an object, oldest first?"""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from trainyardctl.snapshot import Raw, at

_STYLES = {"RolledBack": "red", "Promoted": "green", "SignalRaised": "yellow", "Undone": "yellow"}


def history_of(raw: Raw) -> Table:
    """Return the decisions that the status keeps, with time, reason and numbers."""
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    table.add_column("WHEN", no_wrap=True)
    table.add_column("WHAT", no_wrap=True)
    table.add_column("WHY", overflow="fold")
    for entry in at(raw, "status.history") or ():
        reason = str(entry.get("reason", ""))
        when = str(entry.get("at", "")).replace("T", " ").removesuffix("Z")
        table.add_row(
            when, Text(reason, style=_STYLES.get(reason, "")), str(entry.get("message", ""))
        )
    return table
