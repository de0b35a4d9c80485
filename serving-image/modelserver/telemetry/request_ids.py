"""By which id does a client find its prediction again, and is the request drawn to be kept?

The header `x-request-id`, else the id of the V2 request, else one that is made here and returned in
that header. A row of a request of several rows is `<id>/<row>`, counted from 0.

A router marks copies, whose answers reach nobody, and who asks only to see whether a model answers
marks that: nothing will turn out to be true of either.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, MutableMapping
from itertools import count, islice
from zlib import crc32

HEADER = b"x-request-id"
PROBE = b"trainyard-probe"
NO_USERS = frozenset({b"trainyard-mirrored", PROBE})
"""Headers of requests that no user waits for."""
LONGEST = 256
_ALL = 1 << 32
_AHEAD = 256


def sent_id(headers: Mapping[bytes, bytes], named: str | None) -> str:
    """The id that the client or a router sent; empty: none that can be used."""
    sent = headers.get(HEADER)
    if sent and len(sent) <= LONGEST:
        return sent.decode("latin-1")
    return named if named and len(named) <= LONGEST else ""


class RequestDraw:
    """Draws so many percent of requests by their ids; those made here are unlike those of any
    other process.

    By the id alone: a request that is mirrored, or tried again, is drawn by each server or by none.
    """

    def __init__(self, percent: float, token: str | None = None) -> None:
        self._below = round(percent / 100 * _ALL)
        self._token = token or secrets.token_hex(6)
        self._next = count()
        self._ahead: list[tuple[bytes, str | None]] = []

    def drawn(self, headers: MutableMapping[bytes, bytes], named: str | None) -> str | None:
        """The id of a user's request that is drawn; `named`: the id in its body.

        An id that is made here stands among the headers afterwards, which are echoed. Every request
        comes through here, so as little as possible is done for one.
        """
        sent = headers.get(HEADER)
        if sent and len(sent) <= LONGEST:
            drawn = sent.decode("latin-1") if crc32(sent) < self._below else None
        elif named and len(named) <= LONGEST:
            drawn = named if self._is_drawn(named) else None
        else:
            if not self._ahead:
                self._make()
            headers[HEADER], drawn = self._ahead.pop()
        return drawn if drawn is None or NO_USERS.isdisjoint(headers) else None

    def _is_drawn(self, request_id: str) -> bool:
        return crc32(request_id.encode("utf-8", "surrogatepass")) < self._below

    def _make(self) -> None:
        """Many at once take a third of the time that each would take between two requests."""
        for number in islice(self._next, _AHEAD):
            made = f"{self._token}-{number:x}"
            self._ahead.append((made.encode(), made if self._is_drawn(made) else None))
        self._ahead.reverse()
