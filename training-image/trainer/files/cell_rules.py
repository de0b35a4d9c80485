"""How are the texts of a file to be understood: which words mean missing, how are numbers and
dates written?
"""

from __future__ import annotations

from dataclasses import dataclass

MISSING_WORDS = (
    "", "NA", "N/A", "n/a", "#N/A", "#NA", "NaN", "nan", "-NaN", "-nan", "NULL", "Null", "null",
    "None", "<NA>", "NaT", "\\N",
)  # fmt: skip
"""What programs write for a value that is missing, in columns of every type."""

_NUMERIC_WORDS = ("na", "none", "nil", "nat", "missing")
"""Further words that cannot be anything else in a column of numbers, truths or times."""


@dataclass(frozen=True, slots=True)
class CellRules:
    """How texts are read. `null_values` replaces the usual words; an empty cell is missing always.

    `date_formats` are forms of strptime, tried in their order before ISO 8601.
    """

    null_values: tuple[str, ...] | None = None
    decimal: str = "."
    thousands: str = ""
    date_formats: tuple[str, ...] = ()

    @property
    def missing_words(self) -> tuple[str, ...]:
        """What means missing in a column of texts, exactly as written."""
        return MISSING_WORDS if self.null_values is None else ("", *self.null_values)

    @property
    def missing_among_values(self) -> tuple[str, ...]:
        """What means missing among numbers, truths and times, in small letters."""
        words = [word.lower() for word in self.missing_words]
        further = _NUMERIC_WORDS if self.null_values is None else ()
        return tuple(dict.fromkeys((*words, *further)))

    @property
    def plain_numbers(self) -> bool:
        """True when numbers are written as everywhere in computing."""
        return self.decimal == "." and not self.thousands


USUAL = CellRules()
