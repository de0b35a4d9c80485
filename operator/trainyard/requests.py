"""What people ask for by the annotation `trainyard.dev/request: <verb>@<target>[#token]`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from trainyard.api.base import KindStatus, RequestOutcome, Resource
from trainyard.ownership import REQUEST

OUTCOMES_KEPT = 10
NOW = "now"
"""The target of requests that need no object: `refresh@now`."""
LONGEST_REQUEST = 256
_AGAIN = "again"
_DIGITS = 6
"""A token of fewer is a number that we count on."""


class Verb(StrEnum):
    """What can be asked; each kind acts on some of these and refuses the others."""

    PROMOTE = "promote"
    SKIP = "skip"
    PAUSE = "pause"
    RESUME = "resume"
    ABORT = "abort"
    RETRY = "retry"
    UNDO = "undo"
    UNQUARANTINE = "unquarantine"
    RUN = "run"
    REFRESH = "refresh"
    ACCEPT_SCHEMA = "accept-schema"
    REFRESH_IMAGES = "refresh-images"
    RESET_RETRAIN = "reset-retrain"
    VERIFY = "verify"


_HARMLESS_TWICE = frozenset({Verb.REFRESH, Verb.PAUSE, Verb.RESUME})


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `verb` is None when the word is not one of ours."""

    text: str
    verb: Verb | None
    target: str
    token: str


def pending_request(resource: Resource, status: KindStatus) -> Request | None:
    """Return the request that was not acted on yet, or None.

    The same text acts once, also after restarts; a removed annotation undoes nothing.
    """
    text = resource.metadata.annotations.get(REQUEST, "").strip()[:LONGEST_REQUEST]
    if not text or text == status.last_request:
        return None
    return parse_request(text)


def parse_request(text: str) -> Request:
    """Return the parts of `<verb>@<target>[#token]`; a missing target is the empty string."""
    rest, _, token = text.partition("#")
    word, _, target = rest.partition("@")
    verb = Verb(word) if word in Verb.__members__.values() else None
    return Request(text=text, verb=verb, target=target, token=token)


def acting_now(request: str, last_request: str) -> str:
    """Return the request as people can ask it now: with another token where it was the last one,
    as the same text acts once.
    """
    text, _, token = last_request.partition("#")
    if text != request:
        return request
    asked = int(token) if token.isascii() and token.isdecimal() and len(token) < _DIGITS else 1
    return f"{request}#{asked + 1}"


def refusal_without_status(status: KindStatus, request: Request) -> str | None:
    """Return why a request on an object without any status is refused; None: it is not.

    Whether it was carried out before the status was lost, or before the backup was made that
    brought the object back, is on record nowhere.
    """
    if status.observed_generation or request.verb in _HARMLESS_TWICE:
        return None
    again = f"{request.text.partition('#')[0]}#{_AGAIN}"
    return (
        "there was no status, so whether this was done before is not known:"
        f" ask again with another token, e.g. {again}"
    )


def outcomes_with(
    before: tuple[RequestOutcome, ...],
    request: Request,
    *,
    done: bool,
    message: str,
    now: datetime,
) -> tuple[RequestOutcome, ...]:
    """Return the last ten outcomes, this one newest."""
    outcome = RequestOutcome(
        request=request.text, at=now, outcome="Done" if done else "Refused", message=message
    )
    return (*before, outcome)[-OUTCOMES_KEPT:]
