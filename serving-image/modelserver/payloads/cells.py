"""May these values stand in this column? The rules both protocols share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from modelbundle.rows import Numbers, Rows, Texts
from modelbundle.signature import Feature, Kind
from modelbundle.texts import plain_text
from modelserver.payloads.refusals import RequestRefused, shown

CellTypes = frozenset[type[Any]]

NUMBERS: CellTypes = frozenset({int, float, type(None)})
WHOLE_NUMBERS: CellTypes = frozenset({int, type(None)})
BOOLEANS: CellTypes = frozenset({bool, type(None)})
TEXTS: CellTypes = frozenset({str, type(None)})


def has_types(values: Sequence[Any], allowed: CellTypes) -> bool:
    """True when every value has one of the types."""
    return set(map(type, values)) <= allowed


def check_types(values: Sequence[Any], allowed: CellTypes, where: str, expected: str) -> None:
    """Returns when every value has one of the types; raises RequestRefused quoting the first."""
    if has_types(values, allowed):
        return
    position, value = next((i, v) for i, v in enumerate(values) if type(v) not in allowed)
    raise RequestRefused(f"{where}: value {position} is {shown(value)}; expected {expected}")


def as_numbers(values: Sequence[Any], where: str) -> Numbers:
    """float64, None becomes NaN. Call after `check_types`. Raises RequestRefused for infinities."""
    try:
        numbers = np.array(values, dtype=np.float64)
    except OverflowError:
        raise RequestRefused(f"{where}: a number is too large for FP64") from None
    if np.isinf(numbers).any():
        position = int(np.flatnonzero(np.isinf(numbers))[0])
        raise RequestRefused(f"{where}: value {position} is not a finite number")
    return numbers


def as_texts(values: Sequence[str | None]) -> Texts:
    """Texts as training data holds them (`plain_text`); None becomes ""."""
    texts = np.empty(len(values), dtype=object)
    texts[:] = [plain_text(value) if value else "" for value in values]
    return texts


class RowRules:
    """What the features of one model may hold, prepared for checking every request."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self._numeric = [feature for feature in features if feature.numeric]
        self._texts = [feature for feature in features if not feature.numeric]
        self._whole = [
            (position, feature)
            for position, feature in enumerate(self._numeric)
            if feature.kind is not Kind.FLOAT
        ]
        self._known = [
            (position, feature, frozenset({*feature.categories, ""}))
            for position, feature in enumerate(self._texts)
            if feature.categories is not None
        ]
        # With these, rows of finite numbers need no look at all.
        self.finite_is_enough = not (self._texts or self._whole)

    def check(self, rows: Rows) -> None:
        """Returns when the model can take every value; raises RequestRefused naming the first."""
        if self._numeric:
            _check_missing(np.isnan(rows.numbers), self._numeric)
            for position, feature in self._whole:
                _check_whole(rows.numbers[:, position], feature)
        if self._texts:
            _check_missing(rows.texts == "", self._texts)
            for position, feature, known in self._known:
                _check_categories(rows.texts[:, position].tolist(), feature, known)


def check_rows(rows: Rows, features: Sequence[Feature]) -> None:
    """Returns when the model can take every value; raises RequestRefused naming row and feature."""
    RowRules(features).check(rows)


def _check_missing(missing: npt.NDArray[np.bool_], features: Sequence[Feature]) -> None:
    if not missing.any():
        return
    needed = np.array([not feature.accepts_missing for feature in features])
    at = np.argwhere(missing & needed)
    if len(at):
        row, position = at[0].tolist()
        name = features[position].name
        raise RequestRefused(f"row {row}: feature {name!r} is missing; this model needs it")


def _check_whole(numbers: Numbers, feature: Feature) -> None:
    if feature.kind is Kind.BOOLEAN:
        wrong = ~((numbers == 0) | (numbers == 1) | np.isnan(numbers))
        expected = "true or false (1 or 0 in a matrix)"
    else:
        wrong = ~((numbers == np.floor(numbers)) | np.isnan(numbers))
        expected = "a whole number"
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        found = numbers[row].item()
        raise RequestRefused(f"row {row}: feature {feature.name!r} is {found}; expected {expected}")


def _check_categories(texts: list[str], feature: Feature, known: frozenset[str]) -> None:
    if known.issuperset(texts):
        return
    row, text = next((row, text) for row, text in enumerate(texts) if text not in known)
    categories = feature.categories or ()
    raise RequestRefused(
        f"row {row}: feature {feature.name!r} is {shown(text)}; this model knows"
        f" {', '.join(categories[:10])}" + (", …" if len(categories) > 10 else "")
    )
