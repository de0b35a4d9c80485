"""What is told of rows of somebody, from the store and the objects of the namespace?"""

from __future__ import annotations

from collections.abc import Sequence

from trainyardctl.affected import affected_lines
from trainyardctl.connection import Connection
from trainyardctl.store_libraries import check_libraries


async def affected_by(
    there: Connection, store: str, column: str, values: Sequence[str]
) -> list[str]:
    """Return what rows with these values reached, a line for each. Raises NoAnswer."""
    check_libraries()
    from trainyardctl.stored_rows import held_rows

    found = [*affected_lines(held_rows(store, column, values), await there.snapshot())]
    return found or [f"no version of the data in {store} holds such a row"]
