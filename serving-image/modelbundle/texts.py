"""Which text does a category hold? The same rule for training data and for requests.

Programs write one value in several ways: with spaces around it, as `é` in one character or in two,
as `True` or `true`, as `3` or `3.0`. A model must not take these for different categories.
"""

from __future__ import annotations

import re
import unicodedata

_WHOLE = re.compile(r"-?[0-9]+\.0+")
_SPACES = "\u00a0\u2007\u2009\u202f"
_INVISIBLE = "\u00ad\u200b\u2060\ufeff"
_MARKS = {ord(mark): " " for mark in _SPACES} | dict.fromkeys(map(ord, _INVISIBLE), "")
_TRUTHS = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false"}


def plain_text(text: str) -> str:
    """The text without spaces around it, in Unicode's composed form (NFC), without invisible
    characters and with plain spaces.

    True and false are written in small letters, whole numbers without `.0`.
    """
    found = text.strip()
    if not found.isascii():
        found = unicodedata.normalize("NFC", found.translate(_MARKS)).strip()
        return plain_text(found) if found.isascii() else found
    if found in _TRUTHS:
        return _TRUTHS[found]
    if found.endswith("0") and _WHOLE.fullmatch(found):
        return found.partition(".")[0]
    return found
