"""How do predictions travel from `predict` to `publish`? One parquet file per model.

Columns: `answer`, or `answer_0`… where a regression predicts several targets; for a classifier with
probabilities `probability_0`… in the order of its classes; for one that only ranks, `score`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from modelbundle.faults import PredictionInvalid
from modelbundle.prediction import Prediction, checked_prediction
from modelbundle.signature import Signature
from trainer.pod.exits import Reason, UserFault
from trainer.pod.plain_files import open_plain_file

CANDIDATE_NAME = "candidate.parquet"
CHAMPION_NAME = "champion.parquet"
CHAMPION_MODEL_NAME = "champion.json"
CHAMPION_ERROR_NAME = "champion-error.json"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class GradedRows:
    """What one model says about the test rows; `scores` grows with the second of two classes."""

    prediction: Prediction
    scores: Floats | None


def write_answers(rows: GradedRows, path: Path) -> None:
    """The file holds one line per row, in order."""
    predicted = rows.prediction
    columns: dict[str, Any] = {"answer": pa.array(predicted.values.tolist())}
    if predicted.values.ndim > 1:
        numbers = enumerate(predicted.values.T)
        columns = {f"answer_{position}": pa.array(column) for position, column in numbers}
    if predicted.probabilities is not None:
        for position in range(predicted.probabilities.shape[1]):
            columns[f"probability_{position}"] = pa.array(predicted.probabilities[:, position])
    elif rows.scores is not None:
        columns["score"] = pa.array(rows.scores)
    pq.write_table(pa.table(columns), path)


def read_answers(path: Path, signature: Signature, rows: int) -> GradedRows:
    """The answers to `rows` rows, every one finite and of the model's own classes.

    Raises UserFault(PredictionsInvalid) that says which of this is not so.
    """
    try:
        with open_plain_file(path) as source:
            table = pq.read_table(source)
        values = _values(table, signature)
        shares = _shares(table, signature) if signature.probabilities else None
        scores = _floats(table, "score") if "score" in table.column_names else None
        prediction = checked_prediction(values, shares, rows, signature)
    except (pa.ArrowException, KeyError, TypeError, ValueError, PredictionInvalid) as error:
        raise UserFault(
            Reason.PREDICTIONS_INVALID,
            f"the predictions in {path.name} do not answer {rows} test rows: {error}",
        ) from error
    _refuse_foreign(prediction, signature)
    if scores is not None and (len(scores) != rows or not np.isfinite(scores).all()):
        scores = None
    return GradedRows(prediction, scores)


def _values(table: pa.Table, signature: Signature) -> npt.NDArray[Any]:
    if not signature.targets:
        return np.array(table.column("answer").to_pylist())
    names = [f"answer_{position}" for position in range(len(signature.targets))]
    return np.column_stack([_floats(table, name) for name in names])


def _refuse_foreign(prediction: Prediction, signature: Signature) -> None:
    if not signature.classes:
        return
    foreign = set(prediction.values.tolist()) - set(signature.classes)
    if foreign:
        raise UserFault(
            Reason.PREDICTIONS_INVALID,
            f"the model answered {sorted(foreign, key=str)[:3]}, which are none of its classes"
            f" {list(signature.classes)[:10]}",
        )


def _shares(table: pa.Table, signature: Signature) -> Floats:
    names = [f"probability_{position}" for position in range(len(signature.classes))]
    return np.column_stack([_floats(table, name) for name in names])


def _floats(table: pa.Table, name: str) -> Floats:
    values = table.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.float64)
