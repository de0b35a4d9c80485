"""Tells a server of runs and versions by events of OpenLineage."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import aiohttp

from trainyard.clients.addresses import Addresses, NotDelivered, RefusedForGood, without_address
from trainyard.clients.http_answers import HttpQuestion, NoAnswer, answered
from trainyard.clients.openlineage_events import Event, events_of
from trainyard.tracked import Tracked

TIMEOUT_SECONDS = 10
LARGEST_ANSWER = 64 << 10
_PATH = "/api/v1/lineage"
_FOR_GOOD = frozenset({400, 413, 422})
"""The event is wrong in itself; 401, 403, 404 and 429 can be put right over there."""


class HttpOpenLineage:
    """See Tracker; the servers are Marquez, DataHub and whoever else takes these events."""

    def __init__(
        self, session: aiohttp.ClientSession, folder: Path | None, clock: Callable[[], datetime]
    ) -> None:
        self._session = session
        self._addresses = Addresses(folder, "OpenLineage servers")
        self._clock = clock

    async def record(self, server: str, tracked: Tracked) -> None:
        """See Tracker.record."""
        for event in events_of(tracked, self._clock()):
            await self._post(server, event)

    async def _post(self, server: str, event: Event) -> None:
        address = self._addresses.of(server)
        question = HttpQuestion(
            "POST",
            f"{address.url.rstrip('/')}{_PATH}",
            TIMEOUT_SECONDS,
            LARGEST_ANSWER,
            json.dumps(event).encode(),
            {"content-type": "application/json", **address.headers},
        )
        try:
            async with answered(self._session, question):
                pass
        except NoAnswer as fault:
            refused = RefusedForGood if fault.status in _FOR_GOOD else NotDelivered
            raise refused(without_address(fault)) from None
        except ValueError:
            raise NotDelivered(f"what the secret holds under {server} is no address") from None
