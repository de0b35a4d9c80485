"""How is a request body read without trusting the sender?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from modelserver.refusals import RequestRefused

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class ClientGone(Exception):
    """The client closed the connection before its request was complete."""


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


async def read_body(receive: Receive, budget: Budget, max_bytes: int, max_seconds: float) -> bytes:
    """The whole body; its size stays taken from the budget. Raises as `_read`, all given back."""
    chunks: list[bytes] = []
    try:
        async with asyncio.timeout(max_seconds):
            await _read(receive, budget, max_bytes, chunks)
    except TimeoutError:
        budget.give_back(sum(map(len, chunks)))
        raise RequestRefused(f"the body did not arrive within {max_seconds:g} s", 408) from None
    except BaseException:
        budget.give_back(sum(map(len, chunks)))
        raise
    return b"".join(chunks)


async def _read(receive: Receive, budget: Budget, max_bytes: int, chunks: list[bytes]) -> None:
    """`chunks` holds the whole body. Raises RequestRefused (413, 503), ClientGone."""
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > max_bytes:
            raise too_large(max_bytes)
        budget.take(len(chunk))
        chunks.append(chunk)
        more = message.get("more_body", False)


def check_head_size(scope: MutableMapping[str, Any], max_bytes: int) -> None:
    """Returns when path and headers together are within the limit; refuses (431) otherwise."""
    size = len(scope["raw_path"]) + len(scope["query_string"])
    size += sum(len(name) + len(value) + 4 for name, value in scope["headers"])
    if size > max_bytes:
        raise RequestRefused(f"the head of the request is larger than {max_bytes} bytes", 431)


def check_head(headers: list[tuple[bytes, bytes]], max_bytes: int) -> None:
    """Returns when the body may be read; raises RequestRefused (413, 415, 400) before it is."""
    for name, value in headers:
        if name == b"content-length" and (len(value) > 18 or int(value) > max_bytes):
            raise too_large(max_bytes)
        if name == b"content-encoding" and value.lower() != b"identity":
            raise RequestRefused("compressed bodies are not supported; send plain JSON", 415)
        if name == b"inference-header-content-length":
            raise RequestRefused("binary tensors are not supported; send data as JSON")


def too_large(max_bytes: int) -> RequestRefused:
    """The refusal of a body over the limit."""
    return RequestRefused(f"the body is larger than {max_bytes} bytes", 413)
