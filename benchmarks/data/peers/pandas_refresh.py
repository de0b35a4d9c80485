"""A refresh as people write it with pandas: read, check, profile, split, write."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

Validate = Callable[[pd.DataFrame, list[dict[str, Any]]], None]
"""Raises where a cell breaks what its column declares."""

_TYPES = {"Float": "float64", "Integer": "int64", "Category": "object"}
_SAMPLE = 10_000


def refresh(validate: Validate) -> None:
    """Of the command line SOURCE FOLDER COLUMNS; raises where a check fails."""
    source, folder, columns = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
    frame = _read(source, columns)
    validate(frame, columns)
    if frame.duplicated().mean() > 0.1:
        raise ValueError("too many duplicates")
    sample = frame.sample(min(_SAMPLE, len(frame)), random_state=0)
    target = sample["y"].astype("category").cat.codes
    numbers = sample.select_dtypes("number")
    if (numbers.rank().corrwith(target.rank()).abs() > 0.9999).any():
        raise ValueError("a column tells the target")
    profile = json.loads(frame.describe(include="all").to_json())
    for name in frame.select_dtypes("object"):
        profile[name]["top"] = frame[name].value_counts().head(20).to_dict()
    (folder / "profile.json").write_text(json.dumps(profile))
    tested = pd.util.hash_pandas_object(frame, index=False) % 100 < 20
    frame[tested].to_parquet(folder / "test.parquet", compression="zstd", index=False)
    frame[~tested].to_parquet(folder / "train.parquet", compression="zstd", index=False)


def _read(source: Path, columns: list[dict[str, Any]]) -> pd.DataFrame:
    if source.suffix == ".parquet":
        return pd.read_parquet(source)
    types = {c["name"]: _TYPES[c["type"]] for c in columns if c["type"] in _TYPES}
    times = [c["name"] for c in columns if c["type"] == "Timestamp"]
    return pd.read_csv(source, dtype=types, parse_dates=times)
