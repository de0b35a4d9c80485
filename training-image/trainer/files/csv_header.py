"""Is the first line of a CSV file the one that names its columns?"""

from __future__ import annotations

from collections import Counter

from trainer.files.csv_dialect import LINES, Dialect, cells_of, lines_of
from trainer.pod.exits import Reason, UserFault

_FEWEST = 5
_MOST = 0.9


def refuse_odd_header(name: str, start: bytes, dialect: Dialect) -> None:
    """Returns where nearly all lines have as many cells as the first, or no other number.

    Raises UserFault FormatUnreadable: a title or a comment stands first, or each line ends with a
    separator that the header has not. Row by row it would look as if the data were wrong.
    """
    lines = lines_of(start, complete=False)[:LINES]
    widths = [len(row) for row in cells_of(lines, dialect) if row]
    if len(widths) <= _FEWEST:
        return
    width, count = Counter(widths[1:]).most_common(1)[0]
    if width in {1, widths[0]} or count < _MOST * (len(widths) - 1):
        return
    blank = f"{dialect.delimiter} {dialect.quote}"
    if dialect.quote and sum(blank in line for line in lines) >= _MOST * (len(lines) - 1):
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"file {name}: blanks stand between separators and quotation marks, which then enclose"
            f" nothing ({lines[1].strip()[:60]!r}): remove these blanks",
        )
    raise UserFault(
        Reason.FORMAT_UNREADABLE,
        f"file {name}: its first line ({lines[0].strip()[:60]!r}) has {widths[0]} cells, nearly all"
        f" others have {width}: the first line must name every column. Remove titles and comments"
        " before it, and a separator at the end of each line",
    )
