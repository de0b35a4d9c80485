"""A refresh with pandas and Great Expectations: python great_expectations_ingest.py SOURCE FOLDER
COLUMNS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
from pandas_refresh import refresh


def _validate(frame: pd.DataFrame, columns: list[dict[str, Any]]) -> None:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("memory").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    expectations = [expectation for column in columns for expectation in _expectations(column)]
    result = batch.validate(gx.ExpectationSuite("checks", expectations=expectations))
    if not result.success:
        raise ValueError(str(result))


def _expectations(column: dict[str, Any]) -> Iterator[Any]:
    name = column["name"]
    low, high = (float(column[bound]) if bound in column else None for bound in ("min", "max"))
    if low is not None or high is not None:
        yield gxe.ExpectColumnValuesToBeBetween(column=name, min_value=low, max_value=high)
    if "allowed" in column:
        yield gxe.ExpectColumnValuesToBeInSet(column=name, value_set=column["allowed"])
    if name == "y":
        yield gxe.ExpectColumnValuesToNotBeNull(column=name)


if __name__ == "__main__":
    refresh(_validate)
