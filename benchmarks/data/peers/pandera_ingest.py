"""A refresh with pandas and pandera: python pandera_ingest.py SOURCE FOLDER COLUMNS."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandas_refresh import refresh


def _validate(frame: pd.DataFrame, columns: list[dict[str, Any]]) -> None:
    pa.DataFrameSchema({c["name"]: _column(c) for c in columns}).validate(frame, lazy=True)


def _column(column: dict[str, Any]) -> pa.Column:
    checks = []
    if "min" in column:
        checks.append(pa.Check.ge(float(column["min"])))
    if "max" in column:
        checks.append(pa.Check.le(float(column["max"])))
    if "allowed" in column:
        checks.append(pa.Check.isin(column["allowed"]))
    return pa.Column(checks=checks, nullable=column["name"] != "y")


if __name__ == "__main__":
    refresh(_validate)
