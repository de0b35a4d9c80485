"""What does an answer say of itself: by which revision it was made, of which bundle and request?

Its headers say it, as `curl -D FILE` keeps them.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

MOST_CHARACTERS = 1 << 16
_BUNDLE = re.compile(r"sha256:[0-9a-f]{64}")
_REVISION = re.compile(r"[a-z0-9][-a-z0-9.]{0,252}")


class NoAnswer(Exception):
    """These are no headers of an answer of a model server, or nobody kept the request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a model server."""

    revision: str
    bundle_digest: str
    request_id: str = ""
    known_from: str = "its headers"


def read_headers(file: str) -> str:
    """Return what the file says, `-` being stdin; no more than headers can be. Raises NoAnswer."""
    try:
        if file == "-":
            return sys.stdin.read(MOST_CHARACTERS + 1)
        with Path(file).open(encoding="latin-1") as opened:
            return opened.read(MOST_CHARACTERS + 1)
    except OSError as fault:
        raise NoAnswer(f"{file}: {fault.strerror}") from fault


def answer_of(headers: str) -> Answer:
    """Return the answer that has these headers. Raises NoAnswer."""
    if len(headers) > MOST_CHARACTERS:
        raise NoAnswer(f"headers: longer than {MOST_CHARACTERS} characters")
    found = {}
    for line in headers.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found[name.strip().lower()] = value.strip()
    revision, bundle = found.get("trainyard-revision", ""), found.get("trainyard-bundle", "")
    if not _REVISION.fullmatch(revision) or not _BUNDLE.fullmatch(bundle):
        raise NoAnswer(
            f"headers: trainyard-revision is {revision[:80]!r}, trainyard-bundle {bundle[:80]!r};"
            " expected those of an answer, as `curl -D FILE` writes them"
        )
    return Answer(revision, bundle, found.get("x-request-id", ""))
