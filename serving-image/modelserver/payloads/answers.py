"""What goes back? A status, JSON bytes, and how many rows were predicted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from modelbundle.prediction import Prediction

JSON = "application/json"

Headers = tuple[tuple[str, str], ...]
_SOON = (("retry-after", "1"),)
_WHEN: Mapping[int, Headers] = MappingProxyType({429: _SOON, 503: _SOON})


class Answer(NamedTuple):
    """An answer before it meets a transport. A tuple: quicker made than a frozen dataclass."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Headers = ()
    rows: int = 0


def json_answer(document: Any, status: int = 200) -> Answer:
    """The document as JSON; 429 and 503 say when to come back."""
    return Answer(status, orjson.dumps(document), headers=_WHEN.get(status, ()))


def error_answer(message: str, status: int, allowed: tuple[str, ...] = ()) -> Answer:
    """`{"error": message}`, as the V2 protocol wants it; 429 and 503 say when to come back.

    `allowed`: for 405, the methods to use instead, as RFC 9110 15.5.6 requires.
    """
    headers = _WHEN.get(status, ())
    if allowed:
        headers += (("allow", ", ".join(allowed)),)
    return Answer(status, orjson.dumps({"error": message}), headers=headers)


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """The names an answer carries."""

    name: str
    revision: str
    digest: str


def v1_answer(predicted: Prediction) -> Answer:
    """`{"predictions": [label or number per row]}`."""
    body = orjson.dumps({"predictions": predicted.values.tolist()})
    return Answer(200, body, rows=len(predicted.values))
