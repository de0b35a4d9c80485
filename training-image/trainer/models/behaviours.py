"""How does a model answer rows that are made for it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from modelbundle.prediction import Prediction, Runtime
from modelbundle.rows import Rows, frame_of_rows, rows_of_frame
from modelbundle.signature import Feature, Signature, Task
from trainer.tasks.behaviours import Behaviour, Case, Change, Scalar

MOST_ROWS = 1000
"""So many test rows are changed."""

Kept = npt.NDArray[np.bool_]


class BehaviourInvalid(ValueError):
    """It asks for what this model does not have."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Of how many rows a behaviour holds."""

    name: str
    kept: int
    rows: int
    holds: bool

    def told(self) -> str:
        """In words."""
        return f"{self.name}: holds for {self.kept} of {self.rows}"


def behaves(behaviour: Behaviour, runtime: Runtime, rows: Rows) -> Finding:
    """Of how many of the rows, or of its cases, the behaviour holds.

    Raises BehaviourInvalid, and whatever the model raises.
    """
    if behaviour.cases:
        kept = _cases(behaviour, behaviour.cases, runtime)
    else:
        kept = _changed(behaviour, runtime, rows.part(0, MOST_ROWS))
    held = int(kept.sum())
    enough = held * 100 >= float(behaviour.min_percent) * len(kept)
    return Finding(behaviour.name, held, len(kept), enough)


def _changed(behaviour: Behaviour, runtime: Runtime, rows: Rows) -> Kept:
    assert behaviour.change is not None  # noqa: S101
    before = runtime.predict(rows)
    kept = np.ones(len(rows), dtype=np.bool_)
    for changed in _changes(behaviour.change, rows, runtime.signature):
        after = runtime.predict(changed)
        kept &= _as_expected(behaviour, before, after, runtime.signature)
    return kept


def _changes(change: Change, rows: Rows, signature: Signature) -> list[Rows]:
    feature = _feature(change.column, signature)
    frame = frame_of_rows(rows, signature.features)
    if change.set is not None:
        columns = [pd.Series([_value(v, feature)] * len(frame)) for v in change.set]
    elif not feature.numeric:
        raise BehaviourInvalid(f"{change.column} holds texts: use set, not add or multiply")
    elif change.add is not None:
        columns = [frame[change.column] + float(change.add)]
    else:
        columns = [frame[change.column] * float(change.multiply or 0)]
    # No index: a row's place is all that counts.
    return [
        rows_of_frame(frame.assign(**{change.column: column.to_numpy()}), signature.features)
        for column in columns
    ]


def _as_expected(
    behaviour: Behaviour, before: Prediction, after: Prediction, signature: Signature
) -> Kept:
    tolerance = float(behaviour.tolerance)
    if behaviour.expect == "Same" and signature.task is Task.CLASSIFICATION:
        same = before.values == after.values
        return np.asarray(same if same.ndim == 1 else same.all(axis=1), dtype=np.bool_)
    first, second = (_numbers(behaviour, found, signature) for found in (before, after))
    if behaviour.expect == "Same":
        return np.asarray(np.abs(second - first) <= tolerance)
    rise = second - first if behaviour.expect == "NotLower" else first - second
    # Sums in float32 differ in the last digits whatever the model means.
    return np.asarray(rise >= -max(tolerance, 1e-6))


def _numbers(
    behaviour: Behaviour, found: Prediction, signature: Signature
) -> npt.NDArray[np.float64]:
    if signature.targets:
        raise BehaviourInvalid(f"{behaviour.name}: the model has several targets")
    if signature.task is Task.REGRESSION:
        return np.asarray(found.values, dtype=np.float64)
    if found.probabilities is None:
        raise BehaviourInvalid(f"{behaviour.name}: the model has no probabilities")
    names = [str(label) for label in signature.classes]
    wanted = names[-1] if behaviour.output is None else str(behaviour.output)
    if wanted not in names:
        raise BehaviourInvalid(f"{behaviour.name}: output {wanted} is none of {', '.join(names)}")
    return found.probabilities[:, names.index(wanted)]


def _cases(behaviour: Behaviour, cases: Sequence[Case], runtime: Runtime) -> Kept:
    signature = runtime.signature
    if signature.targets:
        raise BehaviourInvalid(f"{behaviour.name}: the model has several targets")
    for case in cases:
        for name in case.inputs:
            _feature(name, signature)
    columns = {
        feature.name: [_value(case.inputs.get(feature.name), feature) for case in cases]
        for feature in signature.features
    }
    answers = runtime.predict(rows_of_frame(pd.DataFrame(columns), signature.features)).values
    if signature.task is Task.CLASSIFICATION:
        pairs = zip(answers.tolist(), cases, strict=True)
        return np.array([str(found) == str(case.expected) for found, case in pairs])
    expected = np.array([_number(case.expected, behaviour.name) for case in cases])
    return np.asarray(np.abs(answers - expected) <= float(behaviour.tolerance))


def _feature(name: str, signature: Signature) -> Feature:
    found = next((feature for feature in signature.features if feature.name == name), None)
    if found is None:
        raise BehaviourInvalid(f"the model has no feature {name}")
    return found


def _value(value: Scalar, feature: Feature) -> Any:
    """As rows hold it: NaN and "" are missing."""
    if not feature.numeric:
        return "" if value is None else str(value)
    return float("nan") if value is None else _number(value, feature.name)


def _number(value: Scalar, what: str) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise BehaviourInvalid(f"{what} is a number, and {value!r} is none") from error
