"""What is a column of a file called?"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from trainer.pod.exits import Reason, UserFault

_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))


@lru_cache(maxsize=4096)
def column_name(written: str) -> str:
    """The name in Unicode's composed form, without spaces around it and invisible characters.

    One name that two programs have written in two ways is the same column.
    """
    if written.isascii():
        return written.strip()
    return unicodedata.normalize("NFC", written.translate(_INVISIBLE)).strip()


def checked_header(name: str, names: list[str]) -> list[str]:
    """The names of a file's columns. Raises UserFault FormatUnreadable when one comes twice."""
    header = [column_name(written) for written in names]
    doubled = sorted({column for column in header if column and header.count(column) > 1})
    if doubled:
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"file {name}: several columns are called {', '.join(doubled)}; rename all but one",
        )
    return header
