"""How do live and reference counts appear among the metrics?

Each bin is a series: `bin` is its place in the profile ("0", "1", …, at last "missing"), `holds`
says for people what is in it. The reference stands beside the live counts under the same labels, so
that drift is a comparison of two rows of integers on one page.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from modelbundle.reference_profile import Bins, NumberBins
from modelserver.metrics.exposition import family, label, sample
from modelserver.telemetry.live_bins import LiveBins
from modelserver.telemetry.row_sampling import RowSampling

_ROWS = "trainyard_sampled_rows_total"
_SHARE = "trainyard_sampled_share"
_LEFT_OUT = "trainyard_features_not_counted"
_FEATURES = "trainyard_feature_bin_total"
_FEATURES_BEFORE = "trainyard_feature_bin_reference"
_PREDICTIONS = "trainyard_prediction_bin_total"
_PREDICTIONS_BEFORE = "trainyard_prediction_bin_reference"


class BinLines:
    """The lines of the live bins; what never changes is prepared once."""

    def __init__(self, live: LiveBins, sampling: RowSampling) -> None:
        self._live = live
        self._sampling = sampling
        self._features = _Series("feature", live.features)
        self._predictions = _Series("output", live.profile.predictions)

    def lines(self, labels: str) -> list[str]:
        """Bins of features and predictions, live and reference; rows that were counted."""
        live, features, predictions = self._live, self._features, self._predictions
        return [
            *self._sampled(labels),
            *family(
                _FEATURES,
                "counter",
                "Sampled live values of a feature by bin of the reference profile.",
                features.lines(_FEATURES, labels, live.feature_counts()),
            ),
            *family(
                _FEATURES_BEFORE,
                "gauge",
                "Values of the training rows in the same bins.",
                features.lines(_FEATURES_BEFORE, labels, features.reference),
            ),
            *family(
                _PREDICTIONS,
                "counter",
                "Sampled live predictions by bin of the reference profile.",
                predictions.lines(_PREDICTIONS, labels, live.prediction_counts()),
            ),
            *family(
                _PREDICTIONS_BEFORE,
                "gauge",
                "Predictions for the rows of the test part in the same bins.",
                predictions.lines(_PREDICTIONS_BEFORE, labels, predictions.reference),
            ),
        ]

    def _sampled(self, labels: str) -> list[str]:
        live = self._live
        left_out = len(live.profile.features) - len(live.features)
        return [
            *family(
                _ROWS,
                "counter",
                "Predicted rows that were counted in the bins.",
                [sample(_ROWS, labels, live.rows)],
            ),
            *family(
                _SHARE,
                "gauge",
                "Chance of a row to be counted at this moment.",
                [sample(_SHARE, labels, 1 / self._sampling.one_in)],
            ),
            *family(
                _LEFT_OUT,
                "gauge",
                "Features at the end of the profile that would have too many bins.",
                [sample(_LEFT_OUT, labels, left_out)],
            ),
        ]


class _Series:
    """Labels of the bins of several columns, each column under its name in the label `of`."""

    def __init__(self, of: str, columns: Sequence[Bins]) -> None:
        self.reference = [[*bins.counts, bins.missing] for bins in columns]
        self._labels = [
            f"{label(of, bins.name)},{of_bin}" for bins in columns for of_bin in bin_labels(bins)
        ]

    def lines(self, name: str, labels: str, counts: Sequence[Sequence[int]]) -> list[str]:
        """One line per bin; `counts` per column, in order."""
        pairs = zip(self._labels, chain.from_iterable(counts), strict=True)
        return [f"{name}{{{labels},{of_bin}}} {count}" for of_bin, count in pairs]


def bin_labels(bins: Bins) -> list[str]:
    """`bin` and `holds` of every bin in the order of the counts, then of the missing."""
    if isinstance(bins, NumberBins):
        bounds = ["-inf", *(repr(edge) for edge in bins.edges), "+inf"]
        holds = [f"[{bounds[i]}, {bounds[i + 1]})" for i in range(len(bounds) - 1)]
        holds[0] = "(" + holds[0][1:]
    else:
        holds = [*bins.values, "all others"]
    return [
        *(f"{label('bin', str(i))},{label('holds', text)}" for i, text in enumerate(holds)),
        f"{label('bin', 'missing')},{label('holds', 'missing')}",
    ]
