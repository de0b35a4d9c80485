"""What is watched while the server serves, and where does it appear?"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Protocol

from modelbundle.faults import BundleUnreadable
from modelbundle.reference_profile import read_profile
from modelbundle.signature import Signature
from modelserver.batches.batching import Batcher
from modelserver.error_log import ErrorLog
from modelserver.explanations.explaining import Explaining
from modelserver.http.connections import Connections
from modelserver.metrics.exposition import family, sample
from modelserver.metrics.serving_metrics import ServingMetrics
from modelserver.payloads.answers import Answer
from modelserver.requests.concurrency import ConcurrencyLimit
from modelserver.requests.request import Request
from modelserver.requests.server_context import Note
from modelserver.settings import ServerSettings
from modelserver.telemetry.access_log import AccessLog
from modelserver.telemetry.bin_lines import BinLines
from modelserver.telemetry.capture import Capture
from modelserver.telemetry.live_bins import LiveBins
from modelserver.telemetry.row_sampling import RowSampling
from modelserver.telemetry.unseen_texts import UnseenTexts


def row_sampling(
    settings: ServerSettings, signature: Signature, metrics: ServingMetrics, log: ErrorLog
) -> RowSampling | None:
    """Who counts rows in the bundle's bins, shown among the metrics; None when nobody shall.

    A profile that does not fit the model is told in the log: models serve on without bins.
    """
    budget = settings.telemetry.rows_per_second
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


def unseen_texts(
    settings: ServerSettings, signature: Signature, metrics: ServingMetrics
) -> UnseenTexts | None:
    """Who names texts that the model does not know; None where its profile does not say."""
    if signature.all_numeric:
        return None
    try:
        unseen = UnseenTexts(read_profile(settings.bundle.directory), signature)
    except BundleUnreadable:
        return None
    metrics.add(unseen.lines)
    return unseen


def show(
    metrics: ServingMetrics, batcher: Batcher, concurrency: ConcurrencyLimit, model: str
) -> None:
    """Batches, stages and what is going on at the moment stand among the metrics."""
    metrics.add(batcher.metrics.lines)
    metrics.add(lambda labels: batcher.metrics.stage_lines(model, labels))
    metrics.add_gauge(
        "trainyard_requests_in_flight",
        "Predictions asked for and not answered yet.",
        lambda: concurrency.in_flight,
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


def capturing(
    settings: ServerSettings,
    batcher: Batcher,
    signature: Signature,
    metrics: ServingMetrics,
    log: ErrorLog,
) -> Capture | None:
    """Who captures what is drawn of each batch, with counts among the metrics; None when nobody
    shall.
    """
    if settings.capture is None:
        return None
    capture = Capture(settings.capture, signature, log)
    batcher.keep_with(capture.add)
    counts: tuple[tuple[str, str, Callable[[], int]], ...] = (
        ("sampled", "Rows of requests that were drawn.", lambda: capture.sampled),
        ("stored", "Of these, rows that are in the store.", lambda: capture.stored),
        ("dropped", "Of these, rows that are lost.", lambda: capture.dropped),
    )
    for name, says, value in counts:
        metrics.add_counter(f"trainyard_capture_{name}_rows_total", says, value)
    return capture


def show_explanations(metrics: ServingMetrics, explaining: Explaining) -> None:
    """Requests for explanations and what they cost are among the metrics."""
    name = "trainyard_explanations_total"

    def by_code(labels: str) -> list[str]:
        codes = sorted(explaining.codes.items())
        counted = [sample(name, f'{labels},code="{code}"', count) for code, count in codes]
        return family(name, "counter", "Explanations asked for, by status code.", counted)

    metrics.add(by_code)
    metrics.add_counter(
        "trainyard_explanation_evaluations_total",
        "Rows that the model was asked about to explain others.",
        lambda: explaining.evaluations,
    )


class Observer(Protocol):
    """Notified of every prediction asked for; `dropped`: how many of them were lost."""

    dropped: int

    def note(self, request: Request, answer: Answer, seconds: float) -> None:
        """Called at once; must not block."""

    def close(self) -> None:
        """What was noted is passed on, as far as there is time."""


def observers(
    settings: ServerSettings, metrics: ServingMetrics, log: ErrorLog
) -> tuple[Observer, ...]:
    """Access log and spans, where settings want them, with their losses among the metrics."""
    found: list[Observer] = []
    if settings.telemetry.access_log:
        access = AccessLog()
        found.append(access)
        _show_losses(metrics, "trainyard_access_log_dropped_total", access)
    if settings.telemetry.traces is not None:
        from modelserver.telemetry.tracing import Tracing  # noqa: PLC0415  (an HTTP client that few need)

        tracing = Tracing(settings.telemetry.traces, log)
        found.append(tracing)
        _show_losses(metrics, "trainyard_spans_dropped_total", tracing)
    return tuple(found)


def notify_all(observers: Sequence[Observer]) -> Note | None:
    """A function that notifies all of them; None when there are none."""
    if len(observers) < 2:
        return observers[0].note if observers else None

    def tell(request: Request, answer: Answer, seconds: float) -> None:
        for observer in observers:
            observer.note(request, answer, seconds)

    return tell


def _show_losses(metrics: ServingMetrics, name: str, of: Observer) -> None:
    says = "How many were lost: nobody took them in time."
    metrics.add(lambda labels: family(name, "counter", says, [sample(name, labels, of.dropped)]))
