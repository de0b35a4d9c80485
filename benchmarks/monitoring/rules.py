"""Rules that say whether a window drifted: the operator's, and others on the same rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon

from modelbundle.reference_profile import NumberBins, number_bins
from modelbundle.rows import Numbers
from trainyard.api.v1alpha1.drift_monitor import DriftMonitor as DriftSpec
from trainyard.api.v1alpha1.signals import MonitorState, SignalKind
from trainyard.model_deployments.analysis.binned_columns import (
    Bin,
    BinReading,
    ColumnKey,
    ReferenceProfile,
)
from trainyard.model_deployments.monitoring.drift_monitor import DriftMonitor
from trainyard.model_deployments.monitoring.monitor import Level

_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
FEW_VALUES = 5


class Rule(Protocol):
    """Says after each window whether an alarm is up."""

    def alarms(self, window: Numbers) -> bool:
        """Whether it is after this window, the next of a row of them."""


class Operator:
    """What the operator does with `monitoring.drift: {}`: bins, statistics, windows in a row."""

    def __init__(self, reference: Numbers) -> None:
        self._monitor = DriftMonitor(DriftSpec())
        self._bins = [number_bins(str(i), column) for i, column in enumerate(reference.T)]
        self._profile = ReferenceProfile({_key(bins): _shown(bins) for bins in self._bins})
        self._state = MonitorState(kind=SignalKind.DRIFT, revision="r", asked_at=_BEGAN)
        self._up = False

    def alarms(self, window: Numbers) -> bool:
        """See Rule.alarms."""
        live = {
            (_key(bins), str(place)): count
            for bins, column in zip(self._bins, window.T, strict=True)
            for place, count in enumerate(_counted(bins, column))
        }
        until = self._state.asked_at + timedelta(days=1)
        self._state = self._monitor.folded(self._state, BinReading(self._profile, live), until)
        level = self._monitor.level(self._state)
        if level is not Level.STAY:
            self._up = level is Level.RAISE
        return self._up


class AnyKolmogorovSmirnov:
    """Any column whose Kolmogorov-Smirnov test is below 0.05."""

    def __init__(self, reference: Numbers) -> None:
        self._reference = reference

    def alarms(self, window: Numbers) -> bool:
        """See Rule.alarms."""
        return any(_p_value(a, b) < 0.05 for a, b in _pairs(self._reference, window))


class EvidentlyDefaults:
    """What Evidently documents as its defaults above 1,000 rows: half of the columns drifted, each
    by a distance of 0.1: Wasserstein's in standard deviations, or, with up to five different
    values, that of Jensen and Shannon.
    """

    share = 0.5

    def __init__(self, reference: Numbers) -> None:
        self._reference = reference

    def alarms(self, window: Numbers) -> bool:
        """See Rule.alarms."""
        drifted = [_distance(a, b) >= 0.1 for a, b in _pairs(self._reference, window)]
        return sum(drifted) >= max(1, self.share * len(drifted))


class EvidentlyAnyColumn(EvidentlyDefaults):
    """The same, of any single column."""

    share = 0.0


def _pairs(reference: Numbers, window: Numbers) -> zip[tuple[Numbers, Numbers]]:
    return zip(reference.T, window.T, strict=True)


def _p_value(before: Numbers, after: Numbers) -> float:
    return float(stats.ks_2samp(before, after, method="asymp").pvalue)


def _distance(before: Numbers, after: Numbers) -> float:
    values = np.unique(before)
    if len(values) > FEW_VALUES:
        return float(stats.wasserstein_distance(before, after) / np.std(before))
    shares = [[float((column == value).mean()) for value in values] for column in (before, after)]
    return float(jensenshannon(*shares))


def _key(bins: NumberBins) -> ColumnKey:
    return ColumnKey(prediction=False, name=bins.name)


def _shown(bins: NumberBins) -> tuple[Bin, ...]:
    return tuple(Bin(str(i), "", count) for i, count in enumerate(bins.counts))


def _counted(bins: NumberBins, column: Numbers) -> list[int]:
    places = np.searchsorted(bins.edges, column, side="right")
    return [int(count) for count in np.bincount(places, minlength=len(bins.counts))]
