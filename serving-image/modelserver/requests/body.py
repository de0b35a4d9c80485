"""How is a request body held without trusting the sender?"""

from __future__ import annotations

from modelserver.payloads.refusals import RequestRefused
from modelserver.requests.request import Request


class Budget:
    """How many bytes of bodies are held at this moment, all requests together, and may be."""

    def __init__(self, max_bytes: int) -> None:
        self._free = max_bytes

    def take(self, size: int) -> None:
        """The bytes are accounted for. Raises RequestRefused (503) when there is no room."""
        if size > self._free:
            raise RequestRefused("the bodies of other requests fill the memory set aside", 503)
        self._free -= size

    def give_back(self, size: int) -> None:
        """The bytes are no longer held."""
        self._free += size


class Bodies:
    """Bodies of one port: each at most `max_bytes`, all together within a budget."""

    def __init__(self, max_bytes: int, budget: Budget) -> None:
        self._max_bytes = max_bytes
        self._budget = budget

    def check_head(self, headers: dict[bytes, bytes]) -> None:
        """Returns when the body may come; raises RequestRefused (413, 415) before it does."""
        length = headers.get(b"content-length")
        if length is not None and (len(length) > 18 or int(length) > self._max_bytes):
            raise self._too_large()
        encoding = headers.get(b"content-encoding")
        if encoding is not None and encoding.lower() != b"identity":
            raise RequestRefused("compressed bodies are not supported; send plain JSON", 415)

    def add(self, request: Request, chunk: bytes) -> None:
        """The chunk is part of the request's body. Raises RequestRefused (413, 503)."""
        size = len(chunk)
        if request.held + size > self._max_bytes:
            raise self._too_large()
        self._budget.take(size)
        request.held += size
        request.add(chunk)

    def drop(self, request: Request) -> None:
        """The request holds no body any more."""
        self._budget.give_back(request.held)
        request.held = 0
        request.body = b""

    def _too_large(self) -> RequestRefused:
        return RequestRefused(f"the body is larger than {self._max_bytes} bytes", 413)
