"""Do live values look like those the model was trained on? Counts in the bins of its profile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from modelbundle.prediction import Prediction
from modelbundle.reference_profile import Bins, NumberBins, Profile, TextBins
from modelbundle.rows import Rows
from modelbundle.signature import Signature, Task

MAX_BINS = 4000
# Rows wait in a table of about this many values until they are counted together.
_WAITING_VALUES = 8192


class LiveBins:
    """Counts of what was shown to `add`, in the order of the profile. Memory is constant.

    Numbers wait in a table, and many rows are counted at once; texts and labels at once, so that
    no text of a request is kept. Features whose bins would be more than `MAX_BINS` together, in
    order of the profile, are left out. Raises ValueError when the profile is another model's.
    """

    def __init__(self, profile: Profile, signature: Signature) -> None:
        if [bins.name for bins in profile.features] != [f.name for f in signature.features]:
            raise ValueError("the features of the profile are not those of the model")
        self.profile = profile
        self.features = _bounded(profile.features)
        numbers = [bins for bins in self.features if isinstance(bins, NumberBins)]
        self._wide = len(numbers)
        self._texts = [_Texts(b) for b in self.features if isinstance(b, TextBins)]
        self._labels = _labels_of(profile, signature)
        if not self._labels:
            numbers += [bins for bins in profile.predictions if isinstance(bins, NumberBins)]
        self._numbers = _Numbers(numbers)
        self._capacity = max(8, _WAITING_VALUES // (len(numbers) or 1))
        self._table = np.empty((self._capacity, len(numbers)))
        self._filled = 0
        self._rows = 0

    @property
    def rows(self) -> int:
        """How many rows are in every count."""
        self._count()
        return self._rows

    def add(self, rows: Rows, predicted: Prediction, start: int, stop: int) -> None:
        """Rows start up to, not including, stop are counted before anybody reads a count."""
        while start < stop:
            if self._filled == self._capacity:
                self._count()
            until = min(stop, start + self._capacity - self._filled)
            self._take(rows, predicted, start, until)
            start = until

    def feature_counts(self) -> list[list[int]]:
        """Per feature: one count per bin of the profile, then the missing."""
        self._count()
        numbers = iter(self._numbers.counts(self._rows))
        texts = iter(self._texts)
        return [
            next(numbers) if isinstance(bins, NumberBins) else next(texts).counts
            for bins in self.features
        ]

    def prediction_counts(self) -> list[list[int]]:
        """The same per predicted target."""
        self._count()
        if self._labels:
            return [labels.counts for labels in self._labels]
        return self._numbers.counts(self._rows)[self._wide :]

    def _take(self, rows: Rows, predicted: Prediction, start: int, stop: int) -> None:
        """As many rows as still fit into the table."""
        if self._texts:
            columns = zip(*rows.texts[start:stop].tolist(), strict=True)
            # Features left out stand last: zip ends with those that are counted.
            for texts, values in zip(self._texts, columns, strict=False):
                texts.count(values)
        wide, begin, end = self._wide, self._filled, self._filled + stop - start
        self._table[begin:end, :wide] = rows.numbers[start:stop, :wide]
        said = predicted.values[start:stop]
        if len(self._labels) == 1:
            self._labels[0].count(said.tolist())
        elif self._labels:
            for labels, column in zip(self._labels, said.T.tolist(), strict=True):
                labels.count(column)
        else:
            self._table[begin:end, wide:] = said.reshape(stop - start, -1)
        self._filled = end

    def _count(self) -> None:
        if self._filled:
            self._numbers.count(self._table[: self._filled])
            self._rows += self._filled
            self._filled = 0


class _Numbers:
    """Counts of columns of numbers: per edge, how many values reach it."""

    def __init__(self, columns: Sequence[NumberBins]) -> None:
        self._widths = [len(bins.edges) for bins in columns]
        most = max(self._widths, default=0)
        # No value reaches infinity: columns with fewer edges end with it.
        self._edges = np.full((most, len(columns)), np.inf)
        for position, bins in enumerate(columns):
            self._edges[: len(bins.edges), position] = bins.edges
        self._reached = np.zeros((most, len(columns)), dtype=np.int64)
        self._missing = np.zeros(len(columns), dtype=np.int64)

    def count(self, table: npt.NDArray[np.float64]) -> None:
        """These rows are counted; what is not finite is missing, as in the reference, and reaches
        no edge.
        """
        table[~np.isfinite(table)] = np.nan
        for position, edges in enumerate(self._edges):
            self._reached[position] += (table >= edges).sum(axis=0)
        self._missing += np.isnan(table).sum(axis=0)

    def counts(self, rows: int) -> list[list[int]]:
        """Per column: how many of so many rows are in each bin, then the missing."""
        found = []
        for position, width in enumerate(self._widths):
            missing = int(self._missing[position])
            reached = [rows - missing, *self._reached[:width, position].tolist(), 0]
            inside = [reached[i] - reached[i + 1] for i in range(width + 1)]
            found.append([*inside, missing])
        return found


class _Texts:
    """Counts of texts or labels: one per value of the profile, then others, then missing ("")."""

    def __init__(self, bins: TextBins) -> None:
        self._index = {value: position for position, value in enumerate(bins.values)}
        self._others = len(bins.values)
        self._index.setdefault("", self._others + 1)
        self.counts = [0] * (self._others + 2)

    def count(self, values: Sequence[object]) -> None:
        """Labels that are no text count under their text."""
        for value in values:
            position = self._index.get(
                value if isinstance(value, str) else str(value), self._others
            )
            self.counts[position] += 1


def _labels_of(profile: Profile, signature: Signature) -> list[_Texts]:
    """Counts of labels per target; none for a regression."""
    wanted = NumberBins if signature.task is Task.REGRESSION else TextBins
    count = signature.width[0] if signature.width else 1
    if [type(bins) for bins in profile.predictions] != [wanted] * count:
        raise ValueError("the predictions of the profile are not those of the model")
    return [_Texts(bins) for bins in profile.predictions if isinstance(bins, TextBins)]


def _bounded(features: Sequence[Bins]) -> tuple[Bins, ...]:
    kept = []
    total = 0
    for bins in features:
        total += len(bins.counts) + 1
        if total > MAX_BINS:
            break
        kept.append(bins)
    return tuple(kept)
