"""Posts to the receivers of notifications."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import aiohttp

from trainyard.clients.addresses import Addresses, NotDelivered, without_address
from trainyard.clients.http_answers import HttpQuestion, NoAnswer, answered

TIMEOUT_SECONDS = 10
LARGEST_ANSWER = 64 << 10


class Webhooks(Protocol):
    """Where notifications are posted."""

    async def post(self, receiver: str, body: bytes, content_type: str) -> None:
        """Deliver one; raises NotDelivered."""
        ...


class HttpWebhooks:
    """Posts over HTTP; follows no redirect."""

    def __init__(self, session: aiohttp.ClientSession, folder: Path | None) -> None:
        self._session = session
        self._addresses = Addresses(folder, "receivers")

    async def post(self, receiver: str, body: bytes, content_type: str) -> None:
        """See Webhooks.post."""
        address = self._addresses.of(receiver)
        headers = {"content-type": content_type, **address.headers}
        question = HttpQuestion("POST", address.url, TIMEOUT_SECONDS, LARGEST_ANSWER, body, headers)
        try:
            async with answered(self._session, question):
                pass
        except NoAnswer as fault:
            raise NotDelivered(without_address(fault)) from None
        except ValueError:
            raise NotDelivered(f"what the secret holds under {receiver} is no address") from None
