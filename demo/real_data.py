"""The data of the story: the Wisconsin breast cancer set that scikit-learn ships, as CSV."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sklearn.datasets import load_breast_cancer

TARGET = "diagnosis"
RECALIBRATION = 1.25
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
    """Return the better data and the same patients measured by the device that reads too high."""
    frame = tumours().iloc[:BETTER_ROWS]
    shifted = frame.copy()
    measured = [c for c in frame.columns if c != TARGET]
    shifted[measured] = (shifted[measured] * RECALIBRATION).round(6)
    return _chapter("recalibrated", pd.concat([frame, shifted], ignore_index=True))


def live_rows() -> Chapter:
    """Return the rows that no chapter trains on: what the client sends."""
    return _chapter("live", tumours().iloc[BETTER_ROWS:])


def _chapter(name: str, frame: pd.DataFrame) -> Chapter:
    return Chapter(name=name, csv=frame.to_csv(index=False), rows=len(frame))
