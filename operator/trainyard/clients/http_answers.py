"""What all questions over HTTP have in common: no redirect is followed, every answer has a bound.

Who answers may be a program that a tenant chose. A redirect would let it aim the operator's
requests, an endless or compressed body would fill the operator's memory.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

PIECE = 64 << 10
SHOWN = 300
"""Bytes of a refusal that are quoted."""


class NoAnswer(Exception):
    """Nobody answered, or not with 2xx, or with too much; says who and what came instead."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status
        """What was answered instead of 2xx; 0: nothing, or too much."""


class TooMuch(NoAnswer):
    """The answer is longer than its bound."""


@dataclass(frozen=True, slots=True)
class HttpQuestion:
    """One request."""

    method: str
    url: str
    timeout_seconds: float
    limit: int
    """The answer may have this many bytes."""
    body: bytes | Mapping[str, str] | None = None
    """Bytes, or the fields of a form."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: ssl.SSLContext | None = None
    """Who may answer over https; None: whoever the machine's own certificates vouch for."""
    server_name: str | None = None
    """For whom the certificate is to be; None: for the host of the address."""


class HttpAnswer:
    """A 2xx answer whose body is still to be read."""

    def __init__(self, raw: aiohttp.ClientResponse, limit: int) -> None:
        self._raw = raw
        self._limit = limit

    def header(self, name: str) -> str:
        """Return a header, or an empty string."""
        return self._raw.headers.get(name, "")

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body piece by piece; raises NoAnswer at the limit."""
        length = 0
        while piece := await self._raw.content.read(PIECE):
            length += len(piece)
            if length > self._limit:
                raise TooMuch(f"{self._raw.url} answers with more than {self._limit} bytes")
            yield piece

    async def body(self) -> bytes:
        """Return the whole body; raises NoAnswer at the limit."""
        return b"".join([piece async for piece in self.pieces()])


@asynccontextmanager
async def answered(
    session: aiohttp.ClientSession, question: HttpQuestion
) -> AsyncIterator[HttpAnswer]:
    """Ask, and give the answer; raises NoAnswer for whatever goes wrong until the block ends."""
    try:
        async with session.request(
            question.method,
            question.url,
            data=question.body,
            headers={"accept-encoding": "identity", **question.headers},
            timeout=aiohttp.ClientTimeout(total=question.timeout_seconds),
            ssl=question.tls or True,
            server_hostname=question.server_name,
            allow_redirects=False,
            auto_decompress=False,
        ) as raw:
            await _refuse_other_answers(raw)
            yield HttpAnswer(raw, question.limit)
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        message = f"{question.method} {question.url}: {type(fault).__name__} {fault}"
        raise NoAnswer(message.strip()) from fault


async def _refuse_other_answers(raw: aiohttp.ClientResponse) -> None:
    asked = f"{raw.method} {raw.url}"
    if 300 <= raw.status < 400:
        raise NoAnswer(f"{asked}: {raw.status}, and redirects are not followed", raw.status)
    if not 200 <= raw.status < 300:
        text = (await raw.content.read(SHOWN)).decode(errors="replace")
        raise NoAnswer(f"{asked}: {raw.status} {text}".strip(), raw.status)
    encoding = raw.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise NoAnswer(f"{asked}: an answer in {encoding[:SHOWN]}, expected identity")
