"""By which id does a client find its prediction again, and is it one of a user?

The header `x-request-id`, else the id of the V2 request, else one that is made here and returned in
that header. A row of a request of several rows is `<id>/<row>`, counted from 0.

A router marks copies, whose answers reach nobody, and who asks only to see whether a model answers
marks that: nothing will turn out to be true of either.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable, Mapping, MutableMapping
from itertools import count

HEADER = b"x-request-id"
PROBE = b"trainyard-probe"
NO_USERS = frozenset({b"trainyard-mirrored", PROBE})
"""Headers of requests that no user waits for."""
LONGEST = 256
_SPREAD = 2654435761  # Knuth's: neighbours differ in all bits
_ALL = 1 << 32


class RequestIds:
    """Gives ids; those made here are unlike those of any other process."""

    def __init__(self, token: str | None = None) -> None:
        self._token = token or secrets.token_hex(6)
        self._next = count(1)

    def id_of(self, headers: MutableMapping[bytes, bytes], named: str | None) -> str:
        """The id of a request with these headers whose body has the id `named`.

        One that is made here stands among the headers afterwards, which are echoed.
        """
        if sent := sent_id(headers, named):
            return sent
        made = f"{self._token}-{next(self._next):x}"
        headers[HEADER] = made.encode()
        return made


def sent_id(headers: Mapping[bytes, bytes], named: str | None) -> str:
    """The id that the client or a router sent; empty: none that can be used."""
    sent = headers.get(HEADER)
    if sent and len(sent) <= LONGEST:
        return sent.decode("latin-1")
    return named if named and len(named) <= LONGEST else ""


def drawn_by_id(percent: float) -> Callable[[str], bool]:
    """Tells of an id whether it is among so many percent of all.

    By the id alone: a request that is mirrored, or tried again, is drawn by each server or by none.
    """
    below = round(percent / 100 * _ALL)

    def is_drawn(request_id: str) -> bool:
        return zlib.crc32(request_id.encode("utf-8", "surrogatepass")) * _SPREAD % _ALL < below

    return is_drawn
