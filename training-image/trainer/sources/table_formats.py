"""Are these files the data of a table that another program keeps a log of?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from trainer.pod.exits import Reason, UserFault

_LOGS = (
    (re.compile(r"(^|.*/)_delta_log/"), "a Delta table"),
    (re.compile(r"(^|.*/)metadata/[^/]*\.metadata\.json$"), "an Iceberg table"),
    (re.compile(r"(^|.*/)\.hoodie/"), "a Hudi table"),
)


def refuse_table_formats(chosen: Sequence[str], names: Iterable[str]) -> None:
    """Returns where no chosen file lies in such a table.

    Raises UserFault FormatUnreadable otherwise: rows that the log has removed, and those of
    unfinished writes, would be read as data.
    """
    for name in names:
        for pattern, what in _LOGS:
            found = pattern.match(name)
            if found and any(file.startswith(found[1] or "") for file in chosen):
                place = found[1] or "the source"
                raise UserFault(
                    Reason.FORMAT_UNREADABLE,
                    f"{place} is {what} ({name}): rows that its log has removed would come back."
                    " Export its current state to plain parquet files and name those",
                )
