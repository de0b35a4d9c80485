"""How do predictions travel from `predict` to `publish`? One parquet file per model.

Columns: `answer`, or `answer_0`… where a model predicts several targets; for a classifier with
probabilities `probability_0`… in the order of its classes, or `probability_0_0`… (target, class)
where there are several targets; for one that only ranks, `score`.
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
from modelbundle.signature import Signature, Task
from trainer.pod.exits import Reason, UserFault
from trainer.pod.plain_files import open_plain_file

CANDIDATE_NAME = "candidate.parquet"
CHAMPION_NAME = "champion.parquet"
CHAMPION_MODEL_NAME = "champion.json"
CHAMPION_ERROR_NAME = "champion-error.json"

_BYTES_AT_LEAST = 1 << 20
_BYTES_PER_VALUE = 1024
"""The longest label of a class, and more than any number."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class GradedRows:
    """What one model says about the test rows; `scores` grows with the second of two classes."""

    prediction: Prediction
    scores: Floats | None


def write_answers(rows: GradedRows, path: Path, signature: Signature) -> None:
    """The file holds one line per row, in order."""
    predicted = rows.prediction
    columns: dict[str, Any] = {"answer": pa.array(predicted.values.tolist())}
    if predicted.values.ndim > 1:
        answers = enumerate(predicted.values.T.tolist())
        columns = {f"answer_{position}": pa.array(column) for position, column in answers}
    if predicted.probabilities is not None:
        named = zip(_share_names(signature), predicted.probabilities.T, strict=True)
        columns |= {name: pa.array(column) for name, column in named}
    elif rows.scores is not None:
        columns["score"] = pa.array(rows.scores)
    pq.write_table(pa.table(columns), path)


def read_answers(path: Path, signature: Signature, rows: int) -> GradedRows:
    """The answers to `rows` rows, every one finite and of the model's own classes.

    Raises UserFault(PredictionsInvalid) that says which of this is not so.
    """
    try:
        with open_plain_file(path) as source:
            table = _table(pq.ParquetFile(source), rows)
        values = _values(table, signature)
        probabilities = _probabilities(table, signature) if signature.probabilities else None
        scores = _floats(table, "score") if "score" in table.column_names else None
        prediction = checked_prediction(values, probabilities, rows, signature)
    except (pa.ArrowException, KeyError, TypeError, ValueError, PredictionInvalid) as error:
        raise UserFault(
            Reason.PREDICTIONS_INVALID,
            f"the predictions in {path.name} do not answer {rows} test rows: {error}",
        ) from error
    _refuse_foreign(prediction, signature)
    if scores is not None and (len(scores) != rows or not np.isfinite(scores).all()):
        scores = None
    return GradedRows(prediction, scores)


def _table(file: pq.ParquetFile, rows: int) -> pa.Table:
    """The file's rows, where they are as many as were asked and no more than they must be.

    Whoever wrote the file ran user code; a few hundred bytes can say that they are gigabytes.
    """
    said = file.metadata
    if said.num_rows != rows:
        raise ValueError(f"it holds {said.num_rows}")
    groups = (said.row_group(number) for number in range(said.num_row_groups))
    size = sum(group.total_byte_size for group in groups)
    most = _BYTES_AT_LEAST + rows * said.num_columns * _BYTES_PER_VALUE
    if size > most:
        raise ValueError(f"its {rows} rows take {size} bytes, at most {most} are read")
    return file.read()


def _values(table: pa.Table, signature: Signature) -> npt.NDArray[Any]:
    if not signature.targets:
        return np.array(table.column("answer").to_pylist())
    names = [f"answer_{position}" for position in range(len(signature.targets))]
    if signature.task is Task.REGRESSION:
        return np.column_stack([_floats(table, name) for name in names])
    return np.column_stack([np.array(table.column(name).to_pylist()) for name in names])


def _refuse_foreign(prediction: Prediction, signature: Signature) -> None:
    if not signature.classes:
        return
    columns = prediction.values.reshape(len(prediction.values), -1).T.tolist()
    for answers, classes in zip(columns, signature.classes_by_target, strict=True):
        foreign = set(answers) - set(classes)
        if foreign:
            raise UserFault(
                Reason.PREDICTIONS_INVALID,
                f"the model answered {sorted(foreign, key=str)[:3]}, which are none of its classes"
                f" {list(classes)[:10]}",
            )


def _probabilities(table: pa.Table, signature: Signature) -> Floats:
    return np.column_stack([_floats(table, name) for name in _share_names(signature)])


def _share_names(signature: Signature) -> list[str]:
    """The columns of the probabilities, in the order of the signature's classes."""
    if not signature.class_counts:
        return [f"probability_{position}" for position in range(len(signature.classes))]
    counted = enumerate(signature.class_counts)
    return [f"probability_{target}_{i}" for target, count in counted for i in range(count)]


def _floats(table: pa.Table, name: str) -> Floats:
    values = table.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.float64)
