"""What does the model answer where one column holds other rows' values, and how does that reach
`publish`?

`predict` asks, as it has the model; `publish` grades, as it has the truth. Both draw the same rows.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Signature
from trainer.models.answer_files import GradedRows, read_answers, write_answers
from trainer.models.candidates import Candidate
from trainer.pod.exits import UserFault
from trainer.pod.plain_files import read_plain_file

SHUFFLED_NAME, SHUFFLED_NOTE = "shuffled.parquet", "shuffled.json"
MOST_ROWS, MOST_COLUMNS, SHUFFLES = 1000, 64, 3
LEAST_ROWS = 20
"""Of fewer rows a shuffle says nothing."""
BUDGET_SECONDS = 20.0
_CELLS, _ROWS_ASKED = 1_000_000, 16_384
_MAX_NOTE_BYTES = 4 << 10
_LONGEST = 200

Places = npt.NDArray[np.int64]


def drawn_rows(rows: int, columns: int, seed: int) -> Places:
    """The test rows that are shuffled, ascending: all, or so many that a wide table stays small."""
    most = min(MOST_ROWS, max(100, _CELLS // max(1, columns)))
    if rows <= most:
        return np.arange(rows, dtype=np.int64)
    chosen = np.random.default_rng(seed).choice(rows, most, replace=False)
    return np.asarray(np.sort(chosen), dtype=np.int64)


def orders(rows: int, column: int, seed: int) -> list[Places]:
    """From which row each row has its value of the column, for each shuffle."""
    chance = np.random.default_rng((seed, column))
    return [chance.permutation(rows) for _ in range(SHUFFLES)]


def write_shuffled(
    model: Candidate, rows: Rows, seed: int, folder: Path, seconds: float = BUDGET_SECONDS
) -> None:
    """The folder holds the answers to the drawn rows, SHUFFLES times for each column in the order
    of the features, up to MOST_COLUMNS or until the seconds are over; nothing below LEAST_ROWS.

    A model that fails on such rows fails no run: the note says it.
    """
    features = model.signature.features
    drawn = rows.taken(drawn_rows(len(rows), len(features), seed).tolist())
    if len(drawn) < LEAST_ROWS:
        return
    answers: list[GradedRows] = []
    asked, why = 0, ""
    until = time.monotonic() + seconds
    for group in _groups(min(len(features), MOST_COLUMNS), len(drawn)):
        if asked and time.monotonic() > until:
            why = f"the time for it, {seconds:g} s, was over"
            break
        try:
            answers.append(_asked(model, _shuffled(drawn, model.signature, group, seed)))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 a model raises whatever it likes
            why = f"the model failed: {type(error).__name__}: {error}"[:_LONGEST]
            break
        asked = group.stop
    if answers:
        write_answers(_stacked(answers), folder / SHUFFLED_NAME, model.signature)
    note = json.dumps({"columns": asked, "why": why})
    (folder / SHUFFLED_NOTE).write_text(note, encoding="utf-8")


def read_shuffled(
    folder: Path, signature: Signature, rows: int
) -> tuple[list[list[GradedRows]], str]:
    """For each column that was looked at the SHUFFLES answers to the `rows` drawn rows, and why
    there are no more columns. What cannot be read counts as nothing.
    """
    path = folder / SHUFFLED_NOTE
    if not path.exists() and not path.is_symlink():
        return [], ""
    try:
        note = json.loads(read_plain_file(path, _MAX_NOTE_BYTES))
        columns = min(int(note["columns"]), MOST_COLUMNS, len(signature.features))
        why = str(note.get("why", ""))[:_LONGEST]
        if columns < 1:
            return [], why
        found = read_answers(folder / SHUFFLED_NAME, signature, columns * SHUFFLES * rows)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UserFault):
        return [], "what predict left of it cannot be read"
    parts = [_part(found, number * rows, rows) for number in range(columns * SHUFFLES)]
    return [parts[start : start + SHUFFLES] for start in range(0, len(parts), SHUFFLES)], why


def _groups(columns: int, rows: int) -> Iterator[range]:
    """Columns that are asked about in one call."""
    at_once = max(1, _ROWS_ASKED // (SHUFFLES * rows))
    for start in range(0, columns, at_once):
        yield range(start, min(columns, start + at_once))


def _shuffled(rows: Rows, signature: Signature, columns: range, seed: int) -> Rows:
    """The rows, SHUFFLES times for each of the columns, in which that one is shuffled."""
    count = len(rows)
    numbers = np.tile(rows.numbers, (len(columns) * SHUFFLES, 1))
    texts = np.tile(rows.texts, (len(columns) * SHUFFLES, 1))
    for block, column in enumerate(columns):
        numeric = signature.features[column].numeric
        place = sum(f.numeric is numeric for f in signature.features[:column])
        values: npt.NDArray[Any] = rows.numbers if numeric else rows.texts
        target: npt.NDArray[Any] = numbers if numeric else texts
        for shuffle, order in enumerate(orders(count, column, seed)):
            start = (block * SHUFFLES + shuffle) * count
            target[start : start + count, place] = values[order, place]
    return Rows(numbers, texts)


def _asked(model: Candidate, rows: Rows) -> GradedRows:
    return GradedRows(model.runtime.predict(rows), model.scores(rows))


def _stacked(parts: list[GradedRows]) -> GradedRows:
    values = np.concatenate([part.prediction.values for part in parts])
    shares = [p.prediction.probabilities for p in parts if p.prediction.probabilities is not None]
    scores = [part.scores for part in parts if part.scores is not None]
    probabilities = np.concatenate(shares) if shares else None
    return GradedRows(Prediction(values, probabilities), np.concatenate(scores) if scores else None)


def _part(found: GradedRows, start: int, rows: int) -> GradedRows:
    stop = start + rows
    scores = None if found.scores is None else found.scores[start:stop]
    return GradedRows(found.prediction.part(start, stop), scores)
