"""What does the model do with a value that is missing or was never seen? Found by asking it.

The answer goes into the manifest, so that the server refuses such a row with a sentence before
the model fails on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from modelbundle.prediction import Runtime
from modelbundle.rows import Rows
from modelbundle.signature import Feature

_NEVER_SEEN = "\u2060never seen\u2060"


def probed_features(
    runtime: Runtime, typical: Rows, seen: Mapping[str, Sequence[str]]
) -> tuple[Feature, ...]:
    """The runtime's features, each with what the model accepts.

    `typical`: one row that the model answers (see `typical_row`). `seen`: the categories in the
    training data by feature name, used where the model fails on any other.
    """
    features = []
    number = text = 0
    for feature in runtime.signature.features:
        if feature.numeric:
            accepts = _answers(runtime, _with_number(typical, number, np.nan))
            features.append(replace(feature, accepts_missing=accepts, categories=None))
            number += 1
            continue
        open_ended = _answers(runtime, _with_text(typical, text, _NEVER_SEEN))
        categories = None if open_ended else tuple(sorted(value for value in seen[feature.name]))
        accepts = _answers(runtime, _with_text(typical, text, ""))
        features.append(replace(feature, accepts_missing=accepts, categories=categories))
        text += 1
    return tuple(features)


def _answers(runtime: Runtime, row: Rows) -> bool:
    try:
        runtime.predict(row)
    except Exception:  # noqa: BLE001  (any failure of a model is the answer "no")
        return False
    return True


def _with_number(row: Rows, position: int, value: float) -> Rows:
    numbers = row.numbers.copy()
    numbers[0, position] = value
    return Rows(numbers, row.texts)


def _with_text(row: Rows, position: int, value: str) -> Rows:
    texts = row.texts.copy()
    texts[0, position] = value
    return Rows(row.numbers, texts)
