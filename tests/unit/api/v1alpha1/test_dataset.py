"""The Dataset as users write it."""

from __future__ import annotations

from builders_training import a_dataset


def test_what_is_left_out_has_the_documented_default() -> None:
    """A minimal Dataset says where and what; the rest is these."""
    spec = a_dataset().spec
    assert (spec.split.test_percent, spec.split.by, spec.split.seed) == (20, "RowHash", 0)
    assert (spec.checks.min_rows, spec.checks.target_leakage) == (1, "Refuse")
    assert (spec.columns, spec.refresh, spec.format, spec.history_limit) == (None, None, None, 10)


def test_percentages_stay_as_they_were_written() -> None:
    """An integer or a text with decimals."""
    checks = a_dataset(checks={"maxDuplicateRowsPercent": "0.5"}).spec.checks
    assert checks.to_api()["maxDuplicateRowsPercent"] == "0.5"
    checks = a_dataset(checks={"maxDuplicateRowsPercent": 5}).spec.checks
    assert checks.to_api()["maxDuplicateRowsPercent"] == 5
