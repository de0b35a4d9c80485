"""Who asks for the kept answers, and how? A port of its own, which no Service leads to.

`GET /answers?window=NAME&seconds=N`: what was kept until NAME was first asked for, and that answers
are kept for so many seconds more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from modelserver.http.http_connection import Connection
from modelserver.payloads.answers import Answer, error_answer, json_answer
from modelserver.requests.request import Request

_PATH = "/answers"
_LONGEST_NAME = 256
_ASK = f"ask GET {_PATH}?window=NAME&seconds=N, a name of at most {_LONGEST_NAME} characters"

Read = Callable[[str, float], Mapping[str, Any]]


class AnswersApi:
    """The application behind that port; it takes no bodies."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def admit(self, request: Request) -> Answer | None:
        """See Application."""
        if request.method != "GET":
            return error_answer(_ASK, 405, ("GET",))
        return None

    def receive(self, request: Request, chunk: bytes) -> Answer | None:  # noqa: ARG002
        """See Application: whatever comes is not wanted."""
        return error_answer(_ASK, 400)

    def begin(self, request: Request, connection: Connection) -> None:
        """See Application."""
        connection.answer(request, self._answer(request.target))

    def abandon(self, request: Request) -> None:
        """See Application: nothing is held."""

    def _answer(self, target: bytes) -> Answer:
        try:
            parts = urlsplit(target.decode("ascii"))
            asked = parse_qs(parts.query, max_num_fields=8)
            (window,), (seconds,) = asked["window"], asked["seconds"]
            if parts.path != _PATH or len(window) > _LONGEST_NAME or not seconds.isdecimal():
                return error_answer(_ASK, 404 if parts.path != _PATH else 400)
            return json_answer({"window": window, "answers": self._read(window, float(seconds))})
        except (ValueError, KeyError):
            return error_answer(_ASK, 400)
