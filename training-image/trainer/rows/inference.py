"""Of which type is a column that nobody declared, judged by every one of its cells?"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from trainer.rows.typed_values import convert, present
from trainer.tasks.ingest_task import ColumnType

MAX_CATEGORIES = 1000
"""A text column with more different values is free text (String), not a Category."""

_WORDS = ("true", "false")
_CANONICAL_INTEGER = r"^[+-]?(0|[1-9][0-9]{0,17})$"


@dataclass(slots=True)
class InferredColumn:
    """Which types every cell so far would allow, tried from the narrowest on.

    Numbers with leading zeros (post codes) are text. 0 and 1 are Integer; only the words true and
    false are Boolean.
    """

    candidates: list[ColumnType] = field(
        default_factory=lambda: [
            ColumnType.BOOLEAN,
            ColumnType.INTEGER,
            ColumnType.FLOAT,
            ColumnType.TIMESTAMP,
        ]
    )
    seen: int = 0
    texts: set[str] = field(default_factory=set)

    def observe(self, array: pa.Array) -> None:
        """Takes the cells of one more batch into account."""
        native = _native_type(array.type)
        given = present(array, native or ColumnType.FLOAT)
        self.seen += len(given) - given.null_count
        if given.null_count == len(given):
            return
        if native is not None:
            self.candidates = [kind for kind in self.candidates if _holds(kind, native)]
        else:
            self.candidates = [kind for kind in self.candidates if _all_are(given, kind)]
        # Texts are kept for numbers as well: a later cell may still turn the column into text.
        if len(self.texts) <= MAX_CATEGORIES:
            self._remember(array)

    def _remember(self, array: pa.Array) -> None:
        for text in pc.unique(convert(array, ColumnType.STRING).values).to_pylist():
            if text is not None and len(self.texts) <= MAX_CATEGORIES:
                self.texts.add(text)

    @property
    def type(self) -> ColumnType:
        """The narrowest type that holds every cell; String when there is none to judge by."""
        if not self.seen:
            return ColumnType.STRING
        if self.candidates:
            return self.candidates[0]
        return ColumnType.CATEGORY if len(self.texts) <= MAX_CATEGORIES else ColumnType.STRING


def _native_type(kind: pa.DataType) -> ColumnType | None:
    if pa.types.is_boolean(kind):
        return ColumnType.BOOLEAN
    if pa.types.is_integer(kind):
        return ColumnType.INTEGER
    if pa.types.is_floating(kind):
        return ColumnType.FLOAT
    return ColumnType.TIMESTAMP if pa.types.is_timestamp(kind) else None


def _holds(candidate: ColumnType, native: ColumnType) -> bool:
    """True when the candidate can hold a column that its file declares as `native`."""
    if candidate is ColumnType.FLOAT:
        return native in {ColumnType.FLOAT, ColumnType.INTEGER}
    return candidate is native


def _all_are(given: pa.Array, candidate: ColumnType) -> bool:
    if candidate is ColumnType.BOOLEAN:
        words = pc.is_in(pc.utf8_lower(given), pa.array(_WORDS))
        return pc.all(pc.if_else(pc.is_valid(given), words, True)).as_py() is True
    if candidate is ColumnType.INTEGER:
        return pc.all(pc.match_substring_regex(given, _CANONICAL_INTEGER)).as_py() is True
    if candidate is ColumnType.FLOAT and _has_leading_zero(given):
        return False
    return pc.any(convert(given, candidate).invalid).as_py() is not True


def _has_leading_zero(given: pa.Array) -> bool:
    return pc.any(pc.match_substring_regex(given, r"^[+-]?0[0-9]")).as_py() is True
