"""Which row of which file is the n-th row that was read? Row 1 is the first data row."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

MAX_UNREADABLE = 1000
"""So many unreadable rows are remembered; more are refused at once as another format."""


@dataclass(frozen=True, slots=True)
class FileRows:
    """`start`: rows read before this file. `unreadable`: rows of this file that were skipped."""

    name: str
    start: int
    unreadable: tuple[int, ...] = ()

    def number(self, index: int) -> int:
        """The row in the file of the index-th (from 0) row that could be read."""
        number = index + 1
        for skipped in self.unreadable:
            if skipped > number:
                break
            number += 1
        return number


@dataclass(frozen=True, slots=True)
class RowNumbers:
    """All files that were read, in order."""

    files: tuple[FileRows, ...]

    def label(self, row: int) -> str:
        """`row 17`, or `b.csv row 3` where there are several files; `row` counts all, from 1."""
        if not self.files:
            return f"row {row}"
        place = bisect_right([file.start for file in self.files], row - 1) - 1
        file = self.files[max(place, 0)]
        return self.in_file(file.name, file.number(row - 1 - file.start))

    def in_file(self, name: str, number: int) -> str:
        """The same for a row whose number in its file is known."""
        return f"row {number}" if len(self.files) < 2 else f"{name} row {number}"
