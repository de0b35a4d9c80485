"""Which texts does an input hold whose `content_type` is base64, as MLServer's clients send it?"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from modelserver.payloads.refusals import RequestRefused, shown

BASE64 = "base64"


def texts_of_base64(values: Sequence[str | None], where: str) -> list[str | None]:
    """The texts behind the values; None stays None.

    Raises RequestRefused for what is no base64 of UTF-8: taken as it is, it would be a category
    that no model knows.
    """
    return [
        None if value is None else _text(value, f"{where}: value {n}")
        for n, value in enumerate(values)
    ]


def _text(value: str, where: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        raise RequestRefused(
            f"{where} is {shown(value)}; expected base64 of UTF-8 text, as content_type says"
        ) from None
