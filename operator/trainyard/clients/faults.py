"""What can go wrong between us and the API server, by what the caller can do about it."""

from __future__ import annotations

import json
from typing import Any


class ClusterFault(Exception):
    """A request to the API server did not do what it should."""

    def __init__(self, request: str, status: int, message: str) -> None:
        """`request` names verb and object; `status` is the HTTP status, 0 without an answer."""
        super().__init__(f"{request}: {message or 'no message'} (HTTP {status})")
        self.request = request
        self.status = status
        self.message = message


class NotFound(ClusterFault):
    """The object, or the owner it belongs to, does not exist."""


class AlreadyExists(ClusterFault):
    """The name is taken."""


class Conflict(ClusterFault):
    """The object changed since it was read; read again and decide again."""


class Gone(ClusterFault):
    """The resource version is too old; list again."""


class Refused(ClusterFault):
    """The API server will not take this object as it is; repeating it changes nothing."""


class Forbidden(ClusterFault):
    """A right, a quota or a policy stands against it; somebody may lift that."""


class Unavailable(ClusterFault):
    """Overload, an outage or a time-out; repeat later."""


_BY_STATUS: dict[int, type[ClusterFault]] = {
    400: Refused,
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    413: Refused,
    415: Refused,
    422: Refused,
}


def fault_of(request: str, status: int, body: str | bytes | None) -> ClusterFault:
    """Return the fault that an answer means; unknown statuses are Unavailable."""
    answer = _parsed(body)
    message = str(answer.get("message") or _text(body)[:300])
    if status == 409 and answer.get("reason") == "AlreadyExists":
        return AlreadyExists(request, status, message)
    return _BY_STATUS.get(status, Unavailable)(request, status, message)


def _parsed(body: str | bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(body or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(body: str | bytes | None) -> str:
    return body.decode(errors="replace") if isinstance(body, bytes) else (body or "")
