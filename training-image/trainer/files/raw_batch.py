"""What do readers hand on? Rows as the file had them, and what was learned about each file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from trainer.files.cell_rules import USUAL, CellRules
from trainer.files.row_numbers import MAX_UNREADABLE
from trainer.pod.exits import Reason, UserFault

LeftOut = dict[str, str]
"""Columns of a file that are not read, each with the reason."""


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Some rows; `keys_vary`: a column that is absent here means missing values (JSON lines);
    `rules`: how its texts are read.
    """

    rows: pa.RecordBatch
    keys_vary: bool = False
    rules: CellRules = USUAL


@dataclass(slots=True)
class Unreadable:
    """Rows of one file that could not be read at all, in their order."""

    name: str
    numbers: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def add(self, number: int, text: str) -> None:
        """Remembers the row. Raises UserFault FormatUnreadable when there are too many."""
        if len(self.numbers) >= MAX_UNREADABLE:
            raise UserFault(
                Reason.FORMAT_UNREADABLE,
                f"file {self.name}: over {MAX_UNREADABLE} rows cannot be read, first row"
                f" {self.numbers[0]}: {self.texts[0]}; is the format right?",
            )
        self.numbers.append(number)
        if len(self.texts) < 3:
            self.texts.append(text)


@dataclass(frozen=True, slots=True)
class FileRead:
    """One file after its last byte, CSV or something else; `sha256` (bare hex) and `size` are of
    the bytes as stored.
    """

    name: str
    sha256: str
    size: int
    start: int
    rows: int
    modified: datetime | None
    unreadable: tuple[int, ...]
    unreadable_texts: tuple[str, ...]
    columns: tuple[str, ...] = ()
    csv: bool = True
