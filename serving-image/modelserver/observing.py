"""What is watched while the server serves, and where does it appear?"""

from __future__ import annotations

import random

from modelbundle.faults import BundleUnreadable
from modelbundle.reference_profile import read_profile
from modelbundle.signature import Signature
from modelserver.access_log import AccessLog
from modelserver.batching import Batcher
from modelserver.bin_lines import BinLines
from modelserver.error_log import ErrorLog
from modelserver.exposition import family, sample
from modelserver.live_bins import LiveBins
from modelserver.metrics import ServingMetrics
from modelserver.places import Places
from modelserver.row_sampling import RowSampling
from modelserver.settings import ServerSettings


def row_sampling(
    settings: ServerSettings, signature: Signature, metrics: ServingMetrics, log: ErrorLog
) -> RowSampling | None:
    """Who counts rows in the bundle's bins, shown among the metrics; None when nobody shall.

    A profile that does not fit the model is told in the log: models serve on without bins.
    """
    budget = settings.watching.values_per_second
    if not budget:
        return None
    try:
        bins = LiveBins(read_profile(settings.bundle.directory), signature)
    except (BundleUnreadable, ValueError) as fault:
        log.write("profile-unusable", f"no bins are counted: {fault}")
        return None
    sampling = RowSampling(bins, budget, random.SystemRandom().random)
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


def show_access_log(metrics: ServingMetrics, log: AccessLog) -> None:
    """Lines that the access log had to drop are among the metrics."""
    name, says = "trainyard_access_log_dropped_total", "Lines that stderr was too slow for."
    metrics.add(lambda labels: family(name, "counter", says, [sample(name, labels, log.dropped)]))
