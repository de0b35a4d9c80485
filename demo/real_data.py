"""The data of the story: the Wisconsin breast cancer set that scikit-learn ships, as CSV."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sklearn.datasets import load_breast_cancer

TARGET = "diagnosis"
RECALIBRATION = 1.25
REQUEST_ID = "patient-"
"""Begins the id of each request of the client; its number follows."""
FIRST_ROWS = 160
BETTER_ROWS = 440


@dataclass(frozen=True, slots=True)
class Chapter:
    """One state of the data source."""

    name: str
    csv: str
    rows: int


def tumours() -> pd.DataFrame:
    """Return all 569 rows, shuffled with a fixed seed, labels as words."""
    bunch = load_breast_cancer(as_frame=True)
    frame = bunch.data.copy()
    frame[TARGET] = [str(bunch.target_names[t]) for t in bunch.target]
    return frame.sample(frac=1.0, random_state=7).reset_index(drop=True)


def first_data() -> Chapter:
    """Return the little that is known at the beginning."""
    return _chapter("first", tumours().iloc[:FIRST_ROWS])


def better_data() -> Chapter:
    """Return more of the same."""
    return _chapter("better", tumours().iloc[:BETTER_ROWS])


def poisoned_data() -> Chapter:
    """Return the better data with three impossible measurements in one column."""
    frame = tumours().iloc[:BETTER_ROWS].copy()
    frame.loc[[16, 99, 203], "mean radius"] = [-3.2, -999.0, -1.0]
    return _chapter("poisoned", frame)


def recalibrated_data() -> Chapter:
    """Return the patients of the better data, measured by the device that reads too high."""
    return _chapter("recalibrated", _recalibrated())


def mislabelled_data() -> Chapter:
    """Return the recalibrated data from an export that took each diagnosis for the other."""
    frame = _recalibrated()
    frame[TARGET] = frame[TARGET].map({"benign": "malignant", "malignant": "benign"})
    return _chapter("mislabelled", frame)


def _recalibrated() -> pd.DataFrame:
    frame = tumours().iloc[:BETTER_ROWS].copy()
    measured = [c for c in frame.columns if c != TARGET]
    frame[measured] = (frame[measured] * RECALIBRATION).round(6)
    return frame


def live_rows() -> Chapter:
    """Return the rows that no chapter trains on: what the client sends."""
    return _chapter("live", tumours().iloc[BETTER_ROWS:])


def true_labels(numbers: range) -> Chapter:
    """Return what was true of the requests with these numbers: the client goes round its rows."""
    labels = list(tumours().iloc[BETTER_ROWS:][TARGET])
    ids = [f"{REQUEST_ID}{number}" for number in numbers]
    true = [labels[number % len(labels)] for number in numbers]
    return _chapter("truth", pd.DataFrame({"request_id": ids, TARGET: true}))


def _chapter(name: str, frame: pd.DataFrame) -> Chapter:
    return Chapter(name=name, csv=frame.to_csv(index=False), rows=len(frame))
