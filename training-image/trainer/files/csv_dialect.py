"""How is a CSV file written: what separates its cells, where does its header stand?"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass

_SEPARATORS = (",", ";", "\t", "|")
LINES = 200
"""So many lines tell how a file is written."""

_LINE_END = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")
_SINGLE = re.compile(r"'[^'\"]+'([,;\t|]'[^'\"]+')+")
_SEP_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """`skipped`: bytes before the header. `escape`: the mark before a quotation mark inside a
    quoted cell, where it is not the quotation mark itself.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    skipped: int = 0


def dialect_of(
    start: bytes, *, complete: bool, name: str = "", given: Dialect | None = None
) -> Dialect:
    """The dialect of a file that begins so; what is given is kept.

    The separator is the one by which most lines have as many cells as the header, the more cells
    the better: quotation marks are respected, so that a comma inside a cell decides nothing.
    """
    lines = lines_of(start, complete=complete)
    skipped = 0
    while lines and not lines[0].strip(" \t\r\n,;|\ufeff"):
        skipped += len(lines.pop(0).encode())
    told = _SEP_LINE.fullmatch(lines[0].lstrip("\ufeff")) if lines else None
    if told is not None:
        skipped += len(lines.pop(0).encode())
    delimiter = (given.delimiter if given else None) or (told[1] if told else None)
    quote = given.quote if given else '"'
    escape = given.escape if given else None
    if quote == '"' and lines and _SINGLE.fullmatch(lines[0].strip()):
        quote = "'"
    if escape is None and quote == '"':
        escape = _escape(lines, delimiter)
    if delimiter is None:
        first = "\t" if ".tsv" in name.lower() else ","
        candidates = sorted(_SEPARATORS, key=lambda mark: mark != first)
        delimiter = max(candidates, key=lambda mark: _fit(lines[:LINES], mark, quote, escape))
    return Dialect(delimiter, quote, escape, skipped)


def _fit(lines: list[str], delimiter: str, quote: str, escape: str | None) -> tuple[bool, int, int]:
    """How well the lines are rows of one width; compared, the larger is the better."""
    widths = [len(row) for row in cells_of(lines, Dialect(delimiter, quote, escape)) if row]
    if not widths:
        return (False, 0, 0)
    width, count = Counter(widths).most_common(1)[0]
    share = 10 * count // len(widths)
    return (width > 1 and widths[0] == width, share if width > 1 else 0, width)


def lines_of(start: bytes, *, complete: bool) -> list[str]:
    """The whole lines of the first bytes of a file."""
    lines = _LINE_END.split(start.decode("utf-8", "replace"))
    if not complete and len(lines) > 1:
        lines.pop()
    return lines


def cells_of(lines: list[str], dialect: Dialect) -> list[list[str]]:
    """The cells of these lines; nothing where they cannot be of this dialect."""
    rows = csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        escapechar=dialect.escape,
    )
    try:
        return list(rows)
    except csv.Error:
        return []


def _escape(lines: list[str], delimiter: str | None) -> str | None:
    r"""A backslash, where `\"` stands before something that could not follow a closing mark."""
    ends = {delimiter} if delimiter else set(_SEPARATORS)
    for line in lines:
        for found in re.finditer(r'\\"', line):
            after = line[found.end() : found.end() + 1]
            if after and after not in {*ends, "\r", "\n"} and '"' in line[: found.start()]:
                return "\\"
    return None
