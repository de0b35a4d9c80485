"""To which pod did a node lead a connection? Read from the kernel's table of connections.

A client knows the Service's address alone. Who was behind it when the connection began stands in
the table for as long as a failed attempt is remembered (ten seconds and more).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

TABLE = Path("/proc/net/nf_conntrack")
NOBODY = "nobody"
"""The node refused the connection itself: it knew no pod."""
_PAIR = re.compile(
    r"tcp +\d+ \d+ (?P<state>\w+) src=\S+ dst=(?P<service>\S+) sport=(?P<port>\d+) dport=\d+"
    r".*? src=(?P<pod>\S+) dst="
)


def led_to(table: Iterable[str], service: str) -> Mapping[int, str]:
    """Return by the client's port where its connection to the Service's address was led, with the
    state of it; the address itself where it was led nowhere else.
    """
    found: dict[int, str] = {}
    wanted = f" dst={service} "
    for line in table:
        if wanted in line and (pair := _PAIR.search(line)) and pair["service"] == service:
            found[int(pair["port"])] = f"{pair['pod']} {pair['state']}"
    return found


def _table() -> str:
    return TABLE.read_text()


@dataclass(slots=True)
class Flows:
    """Answers for the connections of one Service; who asks at once shares a look."""

    service: str
    read: Callable[[], str] = _table
    _looking: asyncio.Task[Mapping[int, str]] | None = field(default=None, init=False)

    async def of(self, port: int) -> str:
        """Return where the connection from the port was led: a pod's address with the state, or
        NOBODY; empty where this kernel shows no table, or nobody knows the port.
        """
        if not port:
            return ""
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        with suppress(OSError):
            return (await asyncio.shield(self._looking)).get(port, NOBODY)
        return ""

    async def _look(self) -> Mapping[int, str]:
        try:
            table = await asyncio.to_thread(self.read)
        finally:
            self._looking = None
        return led_to(table.splitlines(), self.service)
