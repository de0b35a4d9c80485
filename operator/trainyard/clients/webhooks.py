"""Posts to the receivers of notifications, whose addresses are files of a mounted secret.

An address opens what it names, so no message of a fault shows it, nor what the receiver says: it
ends up in a status. Files are read for each post, so rotated ones are used without a restart.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import aiohttp

from trainyard.clients.http_answers import HttpQuestion, NoAnswer, answered

TIMEOUT_SECONDS = 10
LARGEST_ANSWER = 64 << 10
AUTHORIZATION = ".authorization"
"""Behind a receiver's name: the file with the header of that name, where it wants one."""


class NotDelivered(Exception):
    """A receiver did not take it; says why without its address."""


class Webhooks(Protocol):
    """Where notifications are posted."""

    async def post(self, receiver: str, body: bytes, content_type: str) -> None:
        """Deliver one; raises NotDelivered."""
        ...


class HttpWebhooks:
    """Posts over HTTP; follows no redirect."""

    def __init__(self, session: aiohttp.ClientSession, folder: Path | None) -> None:
        self._session = session
        self._folder = folder

    async def post(self, receiver: str, body: bytes, content_type: str) -> None:
        """See Webhooks.post."""
        url, authorization = self._file(receiver), self._file(f"{receiver}{AUTHORIZATION}")
        if not url:
            raise NotDelivered(f"the secret of receivers has no address under {receiver}")
        headers = {"content-type": content_type}
        if authorization:
            headers["authorization"] = authorization
        question = HttpQuestion("POST", url, TIMEOUT_SECONDS, LARGEST_ANSWER, body, headers)
        try:
            async with answered(self._session, question):
                pass
        except NoAnswer as fault:
            raise NotDelivered(_without_address(fault)) from None
        except ValueError:
            raise NotDelivered(f"what the secret holds under {receiver} is no address") from None

    def _file(self, name: str) -> str:
        try:
            return (self._folder / name).read_text("utf-8").strip() if self._folder else ""
        except (OSError, UnicodeDecodeError):
            return ""


def _without_address(fault: NoAnswer) -> str:
    if fault.status:
        return f"it answers {fault.status}"
    return f"it does not answer ({type(fault.__cause__ or fault).__name__})"
