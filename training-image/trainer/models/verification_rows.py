"""On which rows are two runtimes of one model compared?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modelbundle.rows import Rows, concatenated
from modelbundle.signature import Signature

MAX_REAL_ROWS = 4000
INTERPOLATED_ROWS = 2000
HOLED_ROWS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows to compare on; the first `real` of them were observed, the others are invented."""

    rows: Rows
    real: int


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    rows: Rows
    signature: Signature
    random: np.random.Generator


def verification_rows(real: Rows, signature: Signature, seed: int) -> Sample:
    """Real rows, rows between two of them, and rows with holes where the model accepts holes.

    Between two rows lie the boundaries of a model, where the two runtimes would first disagree.
    """
    some = real.part(0, min(len(real), MAX_REAL_ROWS))
    source = _Source(some, signature, np.random.default_rng(seed))
    return Sample(concatenated([some, _interpolated(source), _holed(source)]), len(some))


def _interpolated(source: _Source) -> Rows:
    first, second = source.random.integers(0, len(source.rows), (2, INTERPOLATED_ROWS))
    share = source.random.random((INTERPOLATED_ROWS, 1))
    numbers, texts = source.rows.numbers, source.rows.texts
    between = numbers[first] * share + numbers[second] * (1 - share)
    features = [feature for feature in source.signature.features if feature.numeric]
    for position, feature in enumerate(features):
        if feature.kind != "Float":
            between[:, position] = np.round(between[:, position])
    # A hole on either side would leave a hole, which not every model accepts.
    between = np.where(np.isnan(between), numbers[first], between)
    coin = source.random.random((INTERPOLATED_ROWS, texts.shape[1])) < 0.5
    return Rows(between, np.where(coin, texts[first], texts[second]))


def _holed(source: _Source) -> Rows:
    chosen = source.random.integers(0, len(source.rows), HOLED_ROWS)
    numbers = source.rows.numbers[chosen].copy()
    texts = source.rows.texts[chosen].copy()
    number = text = 0
    for feature in source.signature.features:
        gone = source.random.random(HOLED_ROWS) < 0.3
        if feature.numeric:
            if feature.accepts_missing:
                numbers[gone, number] = np.nan
            number += 1
        else:
            if feature.accepts_missing:
                texts[gone, text] = ""
            if feature.categories is None:
                texts[source.random.random(HOLED_ROWS) < 0.1, text] = "a text never seen"
            text += 1
    return Rows(numbers, texts)
