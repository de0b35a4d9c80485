"""The played page of a model server, as the operator reads it."""

from __future__ import annotations

from time import monotonic

from benchmarks.control_plane.server_page import FEATURES, ROWS_PER_SECOND, LiveRows
from trainyard.clients.scraping import samples
from trainyard.model_deployments.analysis.binned_columns import (
    LIVE_METRICS,
    REFERENCE_METRICS,
    BinReading,
    live_counts,
    reference_profile,
)
from trainyard.model_deployments.analysis.drift import drift_in
from trainyard.model_deployments.analysis.samples import Sample


def read(page: str, names: tuple[str, ...]) -> list[Sample]:
    """What is on the page of these metrics."""
    return [Sample(s.name, s.labels, s.value) for s in samples(page, names)]


def test_live_rows_look_like_those_of_the_training() -> None:
    """All columns are compared, over as many rows as there were, and none drifts."""
    page = LiveRows(monotonic() - 60).page("r")
    reference = reference_profile(read(page, REFERENCE_METRICS))
    live = live_counts(read(page, LIVE_METRICS))
    finding = drift_in(BinReading(reference, live), 100, 0.1, ())
    assert FEATURES + 1 == finding.compared
    assert not finding.drifted
    assert abs(finding.rows - 60 * ROWS_PER_SECOND) < 2 * ROWS_PER_SECOND
