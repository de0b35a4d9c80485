"""Which moment does a text or a number stand for?"""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from trainer.files.casting import cast_all
from trainer.files.cell_rules import CellRules
from trainer.files.raw_values import TIMESTAMP

_ZONE = r"([zZ]|[+-][0-9]{2}:?[0-9]{2})$"
_DATE_ONLY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_EPOCHS = (
    (100_000_000, 100_000_000_000, 1_000_000),
    (100_000_000_000, 100_000_000_000_000, 1_000),
    (100_000_000_000_000, 100_000_000_000_000_000, 1),
)
"""From, below, and microseconds per unit of a number since 1970: seconds, milliseconds,
microseconds from the year 1973 on. Smaller numbers are more likely years or days: none of these.
"""
YEAR_1 = -62_135_596_800_000_000
YEAR_10000 = 253_402_300_800_000_000
"""The first microsecond of these years: what lies between them is a time."""

_WRITTEN_YEARS = range(1900, 2100)
_NANOSECONDS = 100_000_000_000_000_000


def iso_moments(texts: pa.Array) -> pa.Array | None:
    """Times of which all or none have a zone, as one writer writes them; None for others."""
    zoned = cast_all(texts, TIMESTAMP)
    if zoned is not None:
        return _in_calendar(zoned)
    without = cast_all(texts, pa.timestamp("us"))
    return None if without is None else _in_calendar(pc.assume_timezone(without, "UTC"))


def _in_calendar(moments: pa.Array) -> pa.Array | None:
    micros = pc.cast(moments, pa.int64())
    inside = pc.and_(pc.greater_equal(micros, YEAR_1), pc.less(micros, YEAR_10000))
    return None if pc.all(inside).as_py() is False else moments


def moments_of_texts(texts: pa.Array, rules: CellRules) -> pa.Array:
    """Times in the declared forms, in ISO 8601, or as a number since 1970; without a zone: UTC."""
    if not rules.date_formats:
        zoned = pc.and_not(
            pc.match_substring_regex(texts, _ZONE), pc.match_substring_regex(texts, _DATE_ONLY)
        )
        try:
            with_zone = pc.cast(pc.if_else(zoned, texts, None), TIMESTAMP)
            without = pc.cast(pc.if_else(zoned, None, texts), pa.timestamp("us"))
        except pa.ArrowInvalid:
            pass
        else:
            return pc.coalesce(with_zone, pc.assume_timezone(without, "UTC"))
    encoded = texts.dictionary_encode()
    found = [_moment(text, rules) for text in encoded.dictionary.to_pylist()]
    return pa.array(found, TIMESTAMP).take(encoded.indices)


def moments_of_numbers(numbers: pa.Array) -> pa.Array:
    """Times since 1970 in seconds, milli-, micro- or nanoseconds, told by their size."""
    if pa.types.is_boolean(numbers.type):
        return pa.nulls(len(numbers), TIMESTAMP)
    micros = [None if n is None else epoch_micros(n) for n in numbers.to_pylist()]
    return pc.cast(pa.array(micros, pa.int64()), TIMESTAMP)


def epoch_micros(number: float) -> int | None:
    """Microseconds since 1970; None for a number that is too small to be meant so.

    The digits of a day and a time of it (20260131235959, or without seconds) mean that: as
    milliseconds they would be some days of 1976, or of years from 2572 on.
    """
    written = digits_moment(f"{number:.0f}") if float(number).is_integer() else None
    if written is not None:
        return round(written.timestamp() * 1_000_000)
    for low, high, unit in _EPOCHS:
        if low <= number < high:
            return round(number * unit)
    return int(number) // 1000 if _NANOSECONDS <= number < 2**63 else None


def iso_moment(text: str) -> datetime | None:
    """A time in ISO 8601; one without a zone is taken as UTC."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def digits_moment(digits: str) -> datetime | None:
    """The time of twelve or fourteen digits: year, month, day, hour, minute and second."""
    if len(digits) not in {12, 14} or not (digits.isascii() and digits.isdigit()):
        return None
    form = "%Y%m%d%H%M%S"[: len(digits) - 2]
    try:
        found = datetime.strptime(digits, form).replace(tzinfo=UTC)
    except ValueError:
        return None
    return found if found.year in _WRITTEN_YEARS else None


def declared_moment(text: str, rules: CellRules) -> datetime | None:
    """A time in the first of the declared forms that fits."""
    for form in rules.date_formats:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 a zone may be part of the form
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _moment(text: str, rules: CellRules) -> datetime | None:
    declared = declared_moment(text, rules)
    if declared is not None:
        return declared
    numeric = text.replace(".", "", 1).isdigit() and text.isascii() and len(text) < 24
    if numeric and len(text.partition(".")[0]) != 8:
        micros = epoch_micros(float(text) if "." in text else int(text))
        return None if micros is None else _of_micros(micros)
    return iso_moment(text)


def _of_micros(micros: int) -> datetime | None:
    try:
        seconds, rest = divmod(micros, 1_000_000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
    except (OverflowError, ValueError, OSError):
        return None
