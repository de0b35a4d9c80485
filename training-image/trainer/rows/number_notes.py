"""May the numbers of an inferred column be something else: times, dates, marks for missing?"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from trainer.rows.cell_forms import Form
from trainer.rows.inference import InferredColumn
from trainer.rows.moments import digits_moment, epoch_micros

_LEAST = 8
"""With fewer different numbers nothing can be told from their sizes."""

_NINES = frozenset({-9, -99, -999, -9999, -99999, 999, 9999, 99999, 999999})
_ENDS = frozenset({2.0**15 - 1, 2.0**31 - 1, 2.0**63, 3.4028234663852886e38, sys.float_info.max})
"""The highest numbers of their types."""
_FILLS = frozenset({1e20, 1e30, 1e36, 9.969209968386869e36})
"""What stands for no measurement in files of NetCDF and of its kin."""
_SENTINELS = _NINES | _ENDS | _FILLS | {-fill for fill in _FILLS} | {-end for end in _ENDS}
_SENTINELS |= {-(2.0**15), -(2.0**31)}
_FEWEST_DIGITS = 1e15
_FAR = 5
_DAYS = range(date(1900, 1, 1).toordinal(), date(2100, 1, 1).toordinal())
_YEARS = range(2000, 2050)
_OF_TIME = re.compile(r"(^|[^a-z])(date|datum|day|time|timestamp|created|updated)", re.IGNORECASE)
_EXCEL = date(1899, 12, 30)
_EXPONENT = re.compile(r"[0-9]+[eE][0-9]+")
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
_POINT = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
_HUNDREDS = re.compile(r"-?[1-9]?[0-9]{1,2}")
_MOST = 9


def number_notes(name: str, inferred: InferredColumn) -> Iterator[str]:
    """One sentence each, from the first 1,000 different numbers; none for plain measurements."""
    numbers = sorted(_numbers(inferred.texts))
    if len(numbers) < _LEAST:
        return
    yield from _written(name, inferred)
    meant = _times(name, numbers)
    if meant:
        yield (
            f"column {name} is a number, but looks like {meant}: declare type Timestamp to read it"
            " as a time, or a number if it is one"
        )
        return
    for place, others in ((0, numbers[1:]), (-1, numbers[:-1])):
        value, reach = numbers[place], max(abs(others[0]), abs(others[-1]))
        if value in _SENTINELS and abs(value) / _FAR > reach:
            shown = f"{value:.0f}" if abs(value) < _FEWEST_DIGITS else repr(value)
            yield (
                f"column {name} holds {shown}, far from all other numbers: if it means a"
                " missing value, declare csv.nullValues"
            )
    if numbers[0] == -1 and numbers[1] > 0 and not inferred.forms[Form.FLOAT]:
        yield (
            f"column {name} holds -1, and no other number below 1: if it means a missing value,"
            " declare csv.nullValues"
        )


def _written(name: str, inferred: InferredColumn) -> Iterator[str]:
    """What the way says in which all numbers are written."""
    texts = sorted(inferred.texts)
    if all(_EXPONENT.fullmatch(text) for text in texts):
        yield (
            f"column {name} is a number: {texts[0]} is read as {float(texts[0]):g}; declare type"
            " Category if these are codes"
        )
    if all(_PHONE.fullmatch(text) for text in texts):
        yield (
            f"column {name} is a number, but looks like phone numbers ({texts[0]}): declare type"
            " Category or role Id if it is no quantity"
        )
    grouped = sum(_POINT.fullmatch(text) is not None for text in texts)
    whole = sum(_HUNDREDS.fullmatch(text) is not None for text in texts)
    if inferred.forms[Form.FLOAT] and grouped + whole == len(texts) and grouped >= _MOST * whole:
        text = next(text for text in texts if _POINT.fullmatch(text))
        yield (
            f"column {name} has three digits behind each point: {text} is read as {float(text):g},"
            f" not as {text.replace('.', '')};"
            ' declare csv.thousands: "." if the points group thousands'
        )


def _numbers(texts: set[str]) -> Iterator[float]:
    for text in texts:
        with suppress(ValueError):
            yield float(text)


def _times(name: str, numbers: Sequence[float]) -> str:
    """What all numbers would mean as times; empty where some cannot, or nothing says so."""
    ends = numbers[0], numbers[-1]
    if all(digits_moment(f"{number:.0f}") for number in numbers):
        return f"a time ({ends[0]:.0f} as year, month, day, hour and minute)"
    moments = [_year_of_epoch(number) for number in ends]
    if all(year in _YEARS for year in moments):
        micros = epoch_micros(ends[0]) or 0
        first = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
        return f"a time since 1970 ({ends[0]:.0f} is {first:%Y-%m-%d})"
    if all(_is_compact(number) for number in numbers):
        return f"a date ({ends[0]:.0f} as year, month and day)"
    if _OF_TIME.search(name) and all(30_000 < number < 60_000 for number in ends):
        day = _EXCEL + timedelta(days=int(ends[0]))
        return f"a date of Excel ({ends[0]:.0f} is {day}; export it as ISO 8601)"
    return ""


def _year_of_epoch(number: float) -> int | None:
    micros = epoch_micros(number)
    if micros is None:
        return None
    return 1970 + micros // 31_556_952_000_000


def _is_compact(number: float) -> bool:
    text = f"{number:.0f}"
    if len(text) != 8 or number != int(number):
        return False
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal() in _DAYS
    except ValueError:
        return False
