"""Which answers are kept for a while, so that those of two versions to one request can be compared?

Of each window those with the lowest hashes of the request's id: every server keeps the same ones,
however many servers there are and however often each is asked. Nothing is kept unless somebody
reads; a window ends when it is first asked for by a new name, and the same name gives the same
answers again, so that a reader that died may ask once more.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelserver.telemetry.request_ids import PROBE, sent_id

MOST: Final = 1024
"""Answers of one window."""
LONGEST_SECONDS: Final = 3 * 3600
_LONGEST_TEXT: Final = 64
_ALL: Final = 1 << 64

Kept = bool | int | float | str | list[Any]


class Window:
    """The answers with the lowest keys so far; twice as many are held for a while."""

    def __init__(self) -> None:
        self._answers: dict[int, Kept | None] = {}
        self._below = _ALL

    def wants(self, key: int) -> bool:
        """True when the key is among the lowest so far."""
        return key < self._below

    def add(self, key: int, answer: Kept) -> None:
        """The answer is kept; of two that differ to requests of one id neither is."""
        answers = self._answers
        if key in answers:
            if answers[key] != answer:
                answers[key] = None
            return
        answers[key] = answer
        if len(answers) >= 2 * MOST:
            self._shrink()

    def document(self) -> dict[str, Kept]:
        """At most `MOST` answers by key, in 16 hexadecimal digits."""
        self._shrink()
        return {f"{k:016x}": answer for k, answer in self._answers.items() if answer is not None}

    def _shrink(self) -> None:
        if len(self._answers) > MOST:
            lowest = sorted(self._answers)[:MOST]
            self._answers = {key: self._answers[key] for key in lowest}
            self._below = lowest[-1] + 1


class AnswerSample:
    """Keeps answers while somebody reads them. All in the event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = 0.0
        self._open = Window()
        self._closed: tuple[str, dict[str, Kept]] = ("", {})

    def id_of(self, headers: Mapping[bytes, bytes], named: str | None) -> str:
        """The id that came with the request, as both versions see it; else it is empty."""
        return sent_id(headers, named) if self._until else ""

    def wants(self, request_id: str, headers: Mapping[bytes, bytes]) -> bool:
        """True when the answer shall be added: somebody reads, and it is no probe's."""
        if not request_id or PROBE in headers:
            return False
        if self._clock() > self._until:
            self._until, self._open = 0.0, Window()
            return False
        return self._open.wants(key_of(request_id))

    def add(self, request_id: str, rows: Rows, predicted: Prediction) -> None:
        """One row's answer is kept: the id says which, so a request of many rows weighs as one."""
        if len(rows):
            key = key_of(request_id)
            row = key % len(rows)
            self._open.add(key, _kept(predicted.values[row : row + 1].tolist()[0]))

    def read(self, window: str, seconds: float) -> dict[str, Kept]:
        """The answers of the window of this name, by key; they are kept on for so many seconds."""
        self._until = self._clock() + min(seconds, LONGEST_SECONDS)
        if self._closed[0] != window:
            self._closed = window, self._open.document()
            self._open = Window()
        return self._closed[1]


def key_of(request_id: str) -> int:
    """64 bits of the id: nobody reads it from them, and clients that count still spread."""
    text = request_id.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest())


def _kept(value: Any) -> Kept:
    """Labels and numbers as they are, one for each target; of a long text its hash."""
    if isinstance(value, list):
        return [_kept(each) for each in value]
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        text = value.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=16).hexdigest()
    kept: Kept = value
    return kept
