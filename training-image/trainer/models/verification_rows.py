"""On which rows are two runtimes of one model compared?"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from modelbundle.prediction import Runtime
from modelbundle.rows import Numbers, Rows, concatenated
from modelbundle.signature import Kind, Signature

MAX_REAL_ROWS = 4000
INTERPOLATED_ROWS = 2000
HOLED_ROWS = 200
OUTSIDE_ROWS = 100
"""Of each kind: above, below, zero, of the other sign."""

_FARTHEST = 4.0
"""Powers of ten of a feature's range that a value lies beyond it at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows to compare on; the first `real` of them were observed, the others are invented.

    The last `outside` ones have a number that no observed row comes near to.
    """

    rows: Rows
    real: int
    outside: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    rows: Rows
    signature: Signature
    random: np.random.Generator


def verification_rows(real: Rows, native: Runtime, seed: int) -> Sample:
    """Real rows, rows between two of them, rows with values missing where the model accepts it, and
    rows with one number outside the range, as from a broken sensor, that `native` has an answer to.

    Between two rows lie the boundaries of a model, where the two runtimes would first disagree;
    beyond all of them conversions were found that disagree nowhere else.
    """
    some = real.part(0, min(len(real), MAX_REAL_ROWS))
    source = _Source(some, native.signature, np.random.default_rng(seed))
    inside = [some, _interpolated(source), _holed(source)]
    outside = [rows for rows in map(partial(_answered, native), _outside(source)) if len(rows)]
    return Sample(concatenated([*inside, *outside]), len(some), sum(map(len, outside)))


def _outside(source: _Source) -> Iterator[Rows]:
    """Rows of each kind: one number, not a boolean, is changed in each."""
    features = [feature for feature in source.signature.features if feature.numeric]
    places = [p for p, feature in enumerate(features) if feature.kind is not Kind.BOOLEAN]
    if not places:
        return
    for change in (_above, _below, _zero, _turned):
        chosen = source.random.integers(0, len(source.rows), OUTSIDE_ROWS)
        numbers = source.rows.numbers[chosen].copy()
        changed = source.random.choice(places, OUTSIDE_ROWS)
        far = 10.0 ** source.random.uniform(0, _FARTHEST, OUTSIDE_ROWS)
        for row, (place, factor) in enumerate(zip(changed, far, strict=True)):
            column = source.rows.numbers[:, place]
            value = change(column[~np.isnan(column)], numbers[row, place], factor)
            whole = features[place].kind is Kind.INTEGER
            numbers[row, place] = np.round(value) if whole else value
        yield Rows(numbers, source.rows.texts[chosen])


def _above(values: Numbers, _: float, factor: float) -> float:
    return float(values.max() + factor * _range(values)) if len(values) else factor


def _below(values: Numbers, _: float, factor: float) -> float:
    return float(values.min() - factor * _range(values)) if len(values) else -factor


def _zero(_: Numbers, __: float, ___: float) -> float:
    return 0.0


def _turned(_: Numbers, value: float, __: float) -> float:
    return -value


def _range(values: Numbers) -> float:
    return float(np.ptp(values)) or max(1.0, abs(float(values[0])))


def _answered(native: Runtime, rows: Rows) -> Rows:
    """The rows; none where the model refuses one of them, or answers with no finite number.

    What scikit-learn itself makes no sense of (the logarithm of -3) says nothing about ONNX.
    """
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            native.predict(rows)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 a model raises whatever it likes
        return rows.part(0, 0)
    return rows


def _interpolated(source: _Source) -> Rows:
    first, second = source.random.integers(0, len(source.rows), (2, INTERPOLATED_ROWS))
    share = source.random.random((INTERPOLATED_ROWS, 1))
    numbers, texts = source.rows.numbers, source.rows.texts
    between = numbers[first] * share + numbers[second] * (1 - share)
    features = [feature for feature in source.signature.features if feature.numeric]
    for position, feature in enumerate(features):
        if feature.kind != "Float":
            between[:, position] = np.round(between[:, position])
    # A missing value on either side would leave one, which not every model accepts.
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
