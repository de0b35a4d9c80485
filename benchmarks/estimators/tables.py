"""The CSV files that the sweep trains on, and the Datasets that declare them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

ROWS = 400
_NUMBERS = ("minutes", "distance", "pressure")
_WORDS = {"urgent": "pain blood fall breath heart", "later": "form letter copy stamp date"}


def visits() -> pd.DataFrame:
    """Numbers with holes, whole numbers, a flag, a category with holes; two classes, a number."""
    chance = np.random.default_rng(16)
    frame = pd.DataFrame({name: chance.lognormal(size=ROWS) for name in _NUMBERS})
    frame["age"] = chance.integers(18, 95, ROWS)
    frame["known"] = np.where(chance.random(ROWS) < 0.4, "true", "false")
    frame["ward"] = chance.choice(["east", "north", "south", "west"], ROWS)
    signal = (
        np.log(frame.minutes) + frame.age / 40 + (frame.ward == "east") - (frame.known == "true")
    )
    frame["cost"] = (10 * signal + chance.normal(size=ROWS)).round(4)
    frame["stays"] = np.where(
        signal + chance.normal(size=ROWS) / 3 > signal.median(), "stays", "goes"
    )
    for name in (*_NUMBERS, "ward"):
        frame.loc[chance.random(ROWS) < 0.08, name] = np.nan
    return frame


def tickets() -> pd.DataFrame:
    """A text, a time, a category of many values, a number; two classes."""
    chance = np.random.default_rng(17)
    kinds = chance.choice(list(_WORDS), ROWS, p=[0.35, 0.65])
    seconds = chance.integers(0, 400 * 86_400, ROWS)
    opened = pd.Timestamp("2025-01-01T00:00:00Z") + pd.to_timedelta(seconds, unit="s")
    texts = [
        " ".join(chance.choice([*_WORDS[kind].split(), "please", "help", "today"], 5))
        for kind in kinds
    ]
    frame = pd.DataFrame(
        {
            "message": texts,
            "opened": opened.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "clinic": [f"clinic {number:02}" for number in chance.integers(0, 30, ROWS)],
            "minutes": chance.exponential(30, ROWS).round(1),
            "queue": kinds,
        }
    )
    frame.loc[::11, "minutes"] = np.nan
    return frame


def numbers() -> pd.DataFrame:
    """Numbers alone, with holes; two classes."""
    frame = visits()
    return frame[[*_NUMBERS, "age", "stays"]]


TABLES = {"visits": visits, "costs": visits, "tickets": tickets, "numbers": numbers}
_TARGETS = {"visits": "stays", "costs": "cost", "tickets": "queue", "numbers": "stays"}


def dataset(name: str) -> dict[str, Any]:
    """The Dataset of this name: its file, its columns, its target."""
    holes = {"maxMissingPercent": 30}
    declared: dict[str, dict[str, Any]] = {
        **{column: {"type": "Float", **holes} for column in _NUMBERS},
        "age": {"type": "Integer"},
        "known": {"type": "Boolean"},
        "ward": {"type": "Category", **holes},
        "cost": {"type": "Float"},
        "stays": {"type": "Category"},
        "message": {"type": "Category"},
        "opened": {"type": "Timestamp", "role": "Feature"},
        "clinic": {"type": "Category"},
        "queue": {"type": "Category"},
    }
    target = _TARGETS[name]
    columns = [
        {"name": column, **declared[column]}
        | ({"role": "Ignore"} if column in {"stays", "cost"} - {target} else {})
        for column in TABLES[name]().columns
    ]
    spec = {
        "source": {"s3": {"path": f"raw/{name}.csv"}},
        "target": target,
        "columns": columns,
        "checks": {"targetLeakage": "Warn"},
    }
    return {
        "apiVersion": "trainyard.dev/v1alpha1",
        "kind": "Dataset",
        "metadata": {"name": name},
        "spec": spec,
    }
