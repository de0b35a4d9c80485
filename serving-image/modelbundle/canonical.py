"""How is content named? Canonical JSON bytes and sha256 digests."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_CHUNK_BYTES = 1 << 20


def canonical_json(value: Any) -> bytes:
    """Equal values give equal bytes: sorted keys, no spaces, UTF-8, no NaN or infinity.

    Raises ValueError for a NaN or an infinity, TypeError for what JSON cannot hold.
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def digest_of(content: bytes) -> str:
    """The name of these bytes, as `sha256:<64 hex>`."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def is_digest(text: str) -> bool:
    """True for `sha256:` and 64 lower-case hexadecimal digits, false for all else."""
    return _DIGEST.fullmatch(text) is not None


def hex_of(digest: str) -> str:
    """The bare 64 hexadecimal digits, as paths in the store use them.

    Raises ValueError for anything that is not a digest, so that no other text becomes a path.
    """
    if not is_digest(digest):
        raise ValueError(f"{digest!r} is not a digest: expected sha256: and 64 hexadecimal digits")
    return digest.removeprefix("sha256:")


def file_sha256(path: Path) -> tuple[int, str]:
    """Size in bytes and sha256 (bare hex) of a file, read in chunks."""
    total = 0
    hasher = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK_BYTES):
            total += len(chunk)
            hasher.update(chunk)
    return total, hasher.hexdigest()
