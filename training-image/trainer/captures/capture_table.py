"""How does a captured row look in the store? One column per input, answer and circumstance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from modelbundle.captured_rows import CapturedModel, CapturedRows
from modelbundle.signature import Kind

REQUEST_ID = "request_id"
ROW = "row"
ROWS = "rows"
TIME = "time"
REVISION = "revision"
BUNDLE = "bundle"
SAMPLED_PERCENT = "sampled_percent"
INPUT = "input."
PREDICTION = "prediction"
PROBABILITY = "probability."

Column = tuple[str, pa.Array]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is the same for all rows of one collector."""

    revision: str
    bundle: str
    sampled_percent: float


def capture_table(model: CapturedModel, found: CapturedRows, of: Circumstances) -> pa.Table:
    """The rows as a table."""
    columns = dict(
        [
            *_circumstances(found, of),
            *_inputs(model, found),
            *_predictions(model, found),
            *_probabilities(model, found),
        ]
    )
    return pa.table(columns)


def prediction_columns(names: Sequence[str]) -> dict[str, str]:
    """Of the columns of a table those that hold predictions, by target; "" is the only one."""
    found = {PREDICTION: ""} | {
        name: name.removeprefix(f"{PREDICTION}.") for name in names if name.startswith(PREDICTION)
    }
    found[PREDICTION] = ""
    return {target: name for name, target in found.items() if name in names}


def _circumstances(found: CapturedRows, of: Circumstances) -> Iterator[Column]:
    counts = np.asarray(found.counts, dtype=np.int64)
    starts = np.cumsum(counts) - counts
    rows = np.arange(len(found)) - np.repeat(starts, counts)
    moments = np.repeat(np.asarray(found.times), counts)
    yield REQUEST_ID, pa.array(np.repeat(np.asarray(found.ids, dtype=object), counts), pa.string())
    yield ROW, pa.array(rows, pa.int32())
    yield ROWS, pa.array(np.repeat(counts, counts), pa.int32())
    milliseconds = pa.array((moments * 1000).astype(np.int64), pa.int64())
    yield TIME, milliseconds.cast(pa.timestamp("ms", tz="UTC"))
    for name, value in ((REVISION, of.revision), (BUNDLE, of.bundle)):
        indices = pa.array(np.zeros(len(found), dtype=np.int32))
        yield name, pa.DictionaryArray.from_arrays(indices, pa.array([value]))
    yield SAMPLED_PERCENT, pa.array(np.full(len(found), of.sampled_percent))


def _inputs(model: CapturedModel, found: CapturedRows) -> Iterator[Column]:
    number = text = 0
    for feature in model.features:
        if feature.numeric:
            yield INPUT + feature.name, _numbers(found.rows.numbers[:, number], feature.kind)
            number += 1
        else:
            texts = found.rows.texts[:, text]
            yield INPUT + feature.name, pa.array(texts, pa.string(), mask=texts == "")
            text += 1


def _numbers(values: npt.NDArray[np.float64], kind: Kind) -> pa.Array:
    """Missing is null. Servers let only whole numbers into columns of integers and booleans."""
    numbers = pa.array(values, pa.float64(), mask=np.isnan(values))
    if kind is Kind.FLOAT:
        return numbers
    whole = numbers.cast(pa.int64(), safe=False)
    return whole if kind is Kind.INTEGER else whole.cast(pa.bool_())


def _predictions(model: CapturedModel, found: CapturedRows) -> Iterator[Column]:
    values = found.predicted.values
    if not model.targets:
        yield PREDICTION, _answers(values.ravel())
        return
    for position, target in enumerate(model.targets):
        yield f"{PREDICTION}.{target}", _answers(values[:, position])


def _answers(values: npt.NDArray[Any]) -> pa.Array:
    if values.dtype.hasobject:
        return pa.array([str(value) for value in values.tolist()], pa.string())
    return pa.array(values)


def _probabilities(model: CapturedModel, found: CapturedRows) -> Iterator[Column]:
    chances = found.predicted.probabilities
    if chances is None:
        return
    counts = model.class_counts or (len(model.classes),)
    targets = model.targets or ("",)
    owners = [target for target, count in zip(targets, counts, strict=True) for _ in range(count)]
    for position, (target, label) in enumerate(zip(owners, model.classes, strict=True)):
        name = f"{target}.{label}" if target else str(label)
        yield PROBABILITY + name, pa.array(chances[:, position])
