"""How are rows held between the wire, the table and the model?

One rule for training and serving, so that a model sees the same table in both:
- Float, Integer and Boolean are float64; missing is NaN; True is 1.0.
- Category is text (object dtype); missing is the empty string "", which is a category like any
  other. ONNX has no missing text, so this is the one choice on which both runtimes agree.
- Columns are in the order of the signature's features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelbundle.signature import Feature

if TYPE_CHECKING:
    import pandas as pd

Numbers = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """n rows: `numbers` (n, numeric features) and `texts` (n, categories), in feature order."""

    numbers: Numbers
    texts: Texts

    def __len__(self) -> int:
        return len(self.numbers)

    def part(self, start: int, stop: int) -> Rows:
        """Rows start up to, not including, stop."""
        return Rows(self.numbers[start:stop], self.texts[start:stop])

    def taken(self, places: Sequence[int]) -> Rows:
        """A copy of the rows at these places, in their order."""
        return Rows(self.numbers[places], self.texts[places])


def concatenated(parts: Sequence[Rows]) -> Rows:
    """All rows of all parts, in order."""
    if len(parts) == 1:
        return parts[0]
    numbers = np.concatenate([part.numbers for part in parts])
    if parts[0].texts.shape[1] == 0:
        return Rows(numbers, np.empty((len(numbers), 0), dtype=object))
    return Rows(numbers, np.concatenate([part.texts for part in parts]))


def rows_of_columns(columns: Sequence[npt.NDArray[Any]], features: Sequence[Feature]) -> Rows:
    """Rows from one array per feature: float64 for numbers, object (str) for categories."""
    count = len(columns[0]) if columns else 0
    wide = sum([feature.numeric for feature in features])
    numbers = np.empty((count, wide))
    texts = np.empty((count, len(features) - wide), dtype=object)
    number = text = 0
    for column, feature in zip(columns, features, strict=True):
        if feature.numeric:
            numbers[:, number] = column
            number += 1
        else:
            texts[:, text] = column
            text += 1
    return Rows(numbers, texts)


def rows_of_frame(frame: pd.DataFrame, features: Sequence[Feature]) -> Rows:
    """Rows from a table that has (at least) the features as columns, whatever their dtypes.

    Raises KeyError naming the first column that is not there, ValueError for a value that is not
    a number in a numeric column.
    """
    columns = []
    for feature in features:
        if feature.name not in frame.columns:
            raise KeyError(f"the table has no column {feature.name!r}")
        series = frame[feature.name]
        missing = series.isna().to_numpy(dtype=bool)
        if feature.numeric:
            columns.append(series.to_numpy(dtype=np.float64, na_value=np.nan))
        else:
            texts = series.astype(object).to_numpy(dtype=object, copy=True)
            columns.append(_as_texts(texts, missing))
    return rows_of_columns(columns, features)


def _as_texts(values: Texts, missing: npt.NDArray[np.bool_]) -> Texts:
    texts = np.empty(len(values), dtype=object)
    pairs = zip(values.tolist(), missing.tolist(), strict=True)
    texts[:] = ["" if gone else str(value) for value, gone in pairs]
    return texts


def frame_of_rows(rows: Rows, features: Sequence[Feature]) -> pd.DataFrame:
    """The table that estimators are fitted on and asked with: float64 and object columns."""
    import pandas as pd

    if rows.texts.shape[1] == 0:
        return pd.DataFrame(rows.numbers, columns=[feature.name for feature in features])
    columns: dict[str, Any] = {}
    number = text = 0
    for feature in features:
        if feature.numeric:
            columns[feature.name] = rows.numbers[:, number]
            number += 1
        else:
            columns[feature.name] = pd.Series(rows.texts[:, text], dtype=object)
            text += 1
    return pd.DataFrame(columns)


def frame_for_model(frame: pd.DataFrame, features: Sequence[Feature]) -> pd.DataFrame:
    """The same table as the model will see it when it serves. Fit on this, never on raw data."""
    return frame_of_rows(rows_of_frame(frame, features), features)
