"""What is watched while the server serves, and where does it appear?"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol

from modelbundle.faults import BundleUnreadable
from modelbundle.reference_profile import read_profile
from modelbundle.signature import Signature
from modelserver.batches.batching import Batcher
from modelserver.exchanges.exchange import Exchange
from modelserver.exchanges.places import Places
from modelserver.exchanges.surroundings import Note
from modelserver.http1.connections import Connections
from modelserver.payloads.answers import Answer
from modelserver.reports.error_log import ErrorLog
from modelserver.reports.exposition import family, sample
from modelserver.reports.metrics import ServingMetrics
from modelserver.settings import ServerSettings
from modelserver.watching.access_log import AccessLog
from modelserver.watching.bin_lines import BinLines
from modelserver.watching.live_bins import LiveBins
from modelserver.watching.row_sampling import RowSampling


def row_sampling(
    settings: ServerSettings, signature: Signature, metrics: ServingMetrics, log: ErrorLog
) -> RowSampling | None:
    """Who counts rows in the bundle's bins, shown among the metrics; None when nobody shall.

    A profile that does not fit the model is told in the log: models serve on without bins.
    """
    budget = settings.watching.rows_per_second
    if not budget:
        return None
    try:
        bins = LiveBins(read_profile(settings.bundle.directory), signature)
    except (BundleUnreadable, ValueError) as fault:
        log.write("profile-unusable", f"no bins are counted: {fault}")
        return None
    sampling = RowSampling(bins, budget, random.Random().random)  # noqa: S311  (no secret)
    metrics.add(BinLines(bins, sampling).lines)
    return sampling


def show(metrics: ServingMetrics, batcher: Batcher, places: Places, model: str) -> None:
    """Batches, stages and what is going on at the moment stand among the metrics."""
    metrics.add(batcher.metrics.lines)
    metrics.add(lambda labels: batcher.metrics.stage_lines(model, labels))
    metrics.add_gauge(
        "trainyard_requests_in_flight",
        "Predictions asked for and not answered yet.",
        lambda: places.taken,
    )
    metrics.add_gauge(
        "trainyard_requests_waiting",
        "Decoded requests whose batch has not begun.",
        lambda: batcher.waiting,
    )
    metrics.add_gauge(
        "trainyard_batch_running_seconds",
        "How long the present batch has been with the model; 0 without one.",
        batcher.batch_seconds,
    )


def show_connections(metrics: ServingMetrics, connections: Connections) -> None:
    """How many are open, and how many were closed for others, stand among the metrics."""
    metrics.add_gauge("trainyard_connections_open", "Open connections.", lambda: len(connections))
    name, says = "trainyard_connections_closed_for_room_total", "Closed because others came."
    metrics.add(
        lambda labels: family(
            name, "counter", says, [sample(name, labels, connections.closed_for_room)]
        )
    )


class Witness(Protocol):
    """Who is told of every prediction asked for; `dropped`: of how many nothing will be seen."""

    dropped: int

    def note(self, exchange: Exchange, answer: Answer, seconds: float) -> None:
        """Told, at once and without waiting."""

    def close(self) -> None:
        """What was told is passed on, as far as there is time."""


def witnesses(
    settings: ServerSettings, metrics: ServingMetrics, log: ErrorLog
) -> tuple[Witness, ...]:
    """Access log and spans, where settings want them, with their losses among the metrics."""
    found: list[Witness] = []
    if settings.watching.access_log:
        access = AccessLog()
        found.append(access)
        _show_losses(metrics, "trainyard_access_log_dropped_total", access)
    if settings.watching.traces is not None:
        from modelserver.watching.tracing import Tracing  # noqa: PLC0415  (an HTTP client that few need)

        tracing = Tracing(settings.watching.traces, log)
        found.append(tracing)
        _show_losses(metrics, "trainyard_spans_dropped_total", tracing)
    return tuple(found)


def told_to(witnesses: Sequence[Witness]) -> Note | None:
    """Tells all of them; None when there is nobody."""
    if len(witnesses) < 2:
        return witnesses[0].note if witnesses else None

    def tell(exchange: Exchange, answer: Answer, seconds: float) -> None:
        for witness in witnesses:
            witness.note(exchange, answer, seconds)

    return tell


def _show_losses(metrics: ServingMetrics, name: str, of: Witness) -> None:
    says = "How many were lost: nobody took them in time."
    metrics.add(lambda labels: family(name, "counter", says, [sample(name, labels, of.dropped)]))
