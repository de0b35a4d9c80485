"""How far is a tracker with what it is to hold of an object, and what does the status say of it?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum

from trainyard.api.v1alpha1.tracking import MOST_RECORDS, TrackedRecord, TrackingState
from trainyard.conditions import Finding, shorten
from trainyard.delivery import Delivery, Outgoing
from trainyard.tracked import LINEAGE, Tracked, TrackedRun
from trainyard.tracking_servers import TrackingServers

_FOLLOWING = frozenset({"place", "job", "job_type", "why", "reads", "gives", "code"})
"""What of a record follows from its id and its tags."""


@dataclass(frozen=True, slots=True)
class TrackerKind:
    """A kind of tracker, and which condition speaks of it."""

    title: str
    prefix: str
    """Before the names of its servers, where they are posted to."""
    condition: str


MLFLOW = TrackerKind("MLflow", "", "Tracked")
OPENLINEAGE = TrackerKind("OpenLineage", LINEAGE, "LineageTracked")


@dataclass(frozen=True, slots=True)
class TrackingReasons:
    """The words of a kind for what a tracker does."""

    taken: StrEnum
    failing: StrEnum
    refused: StrEnum


@dataclass(frozen=True, slots=True)
class NamedServer:
    """A server by the name that an object gives it."""

    kind: TrackerKind
    name: str
    known: Mapping[str, object]
    """Those that the object may name."""

    @property
    def receiver(self) -> str | None:
        """Where it is posted to; None: the installation has none of that name."""
        return f"{self.kind.prefix}{self.name}" if self.name in self.known else None


def named_server(
    kind: TrackerKind, name: str, servers: TrackingServers, namespace: str
) -> NamedServer:
    """Return the server that an object of the namespace names."""
    return NamedServer(kind, name, servers.known_in(namespace))


def outgoing_to(
    server: NamedServer, state: TrackingState | None, found: Mapping[str, Tracked]
) -> Iterator[Outgoing[Tracked]]:
    """Yield what it is to record, as the status that is stored numbers it."""
    if state is None or server.receiver is None or state.server != server.name:
        return
    waiting = tuple(
        replace(found[record.name], number=record.number)
        for record in state.records
        if record.number > state.delivered and record.name in found
    )
    yield Outgoing(server.receiver, state.delivered, waiting)


def followed(
    server: NamedServer,
    stored: TrackingState | None,
    found: Mapping[str, Tracked],
    deliveries: Mapping[str, Delivery],
    now: datetime,
) -> tuple[TrackingState, datetime | None]:
    """Return the state in which each changed record has the next number, and when to look again."""
    state = _state(server, stored, now)
    if server.receiver is None:
        why = (
            f"the installation has no such {server.kind.title} server for this namespace,"
            f" it has: {', '.join(server.known) or 'none'}"
        )
        return state.model_copy(update={"why": shorten(why, 500)}), None
    delivery, again = deliveries.get(server.receiver), None
    if delivery is not None:
        learnt = {
            "delivered": max(state.delivered, delivery.delivered),
            "failing_since": delivery.failing_since,
            "why": shorten(delivery.why, 500),
        }
        state = _with_refusals(state, delivery.refused).model_copy(update=learnt)
        again = delivery.again_at
    return _numbered(state, found), again


def is_awaited(name: str, states: Iterable[TrackingState | None]) -> bool:
    """Tell whether a tracker has not taken the record of that name yet as it is."""
    return any(
        record.name == name and record.number > state.delivered
        for state in states
        if state is not None
        for record in state.records
    )


def tracking_finding(kind: TrackerKind, state: TrackingState, reasons: TrackingReasons) -> Finding:
    """Return the condition that says whether the server takes what it is to hold."""
    name = f"{kind.title} server {state.server}"
    if state.why:
        return Finding(kind.condition, False, reasons.failing, f"{name}: {state.why}")
    if refused := [record for record in state.records if record.refused]:
        text = (
            f"{name} takes runs and versions, but refuses for good"
            f" {len(refused)} of {len(state.records)}, which it is asked to take again when they"
            f" change: {refused[0].name}: {refused[0].refused}"
        )
        return Finding(kind.condition, False, reasons.refused, shorten(text, 500))
    return Finding(kind.condition, True, reasons.taken, f"{name} takes runs and versions")


def _with_refusals(state: TrackingState, refused: Mapping[int, str]) -> TrackingState:
    """Count each refusal once: when its number is delivered as far as the status knows."""
    known = {n: why for n, why in refused.items() if n > state.delivered}
    if not known:
        return state
    records = tuple(
        record.model_copy(update={"refused": shorten(known[record.number], 256)})
        if record.number in known
        else record
        for record in state.records
    )
    count = state.refused + len(known)
    return state.model_copy(update={"records": records, "refused": count})


def _state(server: NamedServer, stored: TrackingState | None, now: datetime) -> TrackingState:
    """Return the state so far; a server that is new to the object has nothing yet.

    Numbers begin with the time, so that they go on rising where an earlier state is not known any
    more: of two records with the same number the later one would count as delivered.
    """
    if stored is not None and stored.server == server.name:
        return stored
    first = max(int(now.timestamp()), stored.number if stored is not None else 0)
    return TrackingState(server=server.name, number=first, delivered=first)


def _numbered(state: TrackingState, found: Mapping[str, Tracked]) -> TrackingState:
    digests = {name: _digest(record) for name, record in found.items()}
    kept = [r for r in state.records if digests.get(r.name) == r.digest]
    settled = {record.name for record in kept}
    number = state.number
    for name, digest in digests.items():
        if name not in settled:
            number += 1
            kept.append(TrackedRecord(name=name, digest=digest, number=number))
    lost = sum(r.number > state.delivered for r in state.records if r.name not in digests)
    records = tuple(kept[-MOST_RECORDS:])
    return state.model_copy(
        update={"records": records, "number": number, "lost": state.lost + lost}
    )


def _digest(record: Tracked) -> str:
    """Return what names its state.

    Not what follows from the digests of its recipe, data, code and bundle, which is known only
    while these are the present ones, nor the trials, which are forgotten once they have arrived:
    their counts are among the tags.
    """
    if isinstance(record, TrackedRun):
        record = replace(record, parameters={}, objective="", trials=())
    said = asdict(replace(record, number=0))
    content = {name: value for name, value in said.items() if name not in _FOLLOWING}
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
