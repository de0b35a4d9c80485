"""What does a termination message say? JSON, or its compressed form, of a container's result."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

COMPRESSED = "gzip:"
LARGEST = 64 << 10
"""Bytes of a document; any container of the pod may write a message, also a user's."""
_GZIP = 16 + zlib.MAX_WBITS


def read_document(message: str) -> Mapping[str, Any] | None:
    """Return the JSON object in the message; None when it is none of our documents."""
    try:
        document = json.loads(_text(message))
    except (ValueError, zlib.error, RecursionError):
        return None
    if not isinstance(document, dict) or "outcome" not in document:
        return None
    return document


def _text(message: str) -> str | bytes:
    """Return the text behind the message. Raises ValueError when it is too long, or no text."""
    if not message.startswith(COMPRESSED):
        return message
    packed = base64.b64decode(message.removeprefix(COMPRESSED), validate=True)
    reader = zlib.decompressobj(_GZIP)
    text = reader.decompress(packed, LARGEST)
    if not reader.eof:
        raise ValueError(f"the message is cut, or longer than {LARGEST} bytes")
    return text
