"""Which requests did the operator make? What the API server wrote down of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

Requests = Counter[str]
"""How often each was made: verb, resource and subresource, as in "get pods"."""

WATCHING = ("watch ",)
LEASE = "leases"
EVENTS = "events"
_READS = ("get ", "list ", "watch ")


@dataclass(slots=True)
class AuditLog:
    """The log of a server, read on from where it was read last."""

    path: Path
    _offset: int = 0

    def requests(self) -> Requests:
        """What was asked since the last call."""
        if not self.path.exists():
            return Counter()
        with self.path.open("rb") as file:
            file.seek(self._offset)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]  # the last line may be half written
        self._offset += len(whole)
        return counted(whole.decode().splitlines())


def counted(lines: Iterable[str]) -> Requests:
    """The requests of these audit lines; a watch counts when it begins, the rest when answered."""
    found: Requests = Counter()
    for line in lines:
        entry = json.loads(line)
        watch = entry["verb"] == "watch"
        if entry["stage"] != ("ResponseStarted" if watch else "ResponseComplete"):
            continue
        place = entry.get("objectRef") or {}
        resource = place.get("resource", "discovery")
        if place.get("subresource"):
            resource += f"/{place['subresource']}"
        found[f"{entry['verb']} {resource}"] += 1
    return found


def about_objects(requests: Requests) -> Requests:
    """Without what comes by the clock whatever the fleet does: the lease, and watches."""
    return Counter(
        {
            name: count
            for name, count in requests.items()
            if LEASE not in name and not name.startswith(WATCHING)
        }
    )


def writes(requests: Requests) -> int:
    """How many of them change the cluster; the lease is left out."""
    own = about_objects(requests)
    return sum(count for name, count in own.items() if not name.startswith(_READS))


def without_events(requests: Requests) -> int:
    """How many there are beside Events, which are for people to read."""
    return sum(count for name, count in requests.items() if not name.endswith(f" {EVENTS}"))
