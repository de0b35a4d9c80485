"""What the bins on a server's page say."""

from __future__ import annotations

import math

import pytest

from trainyard.model_deployments.analysis.binned_columns import (
    Bin,
    ColumnKey,
    live_counts,
    reference_profile,
    rows_of,
)
from trainyard.model_deployments.analysis.samples import Sample

AGE = ColumnKey(prediction=False, name="age")
SAID = ColumnKey(prediction=True, name="age")


def feature(label: str, holds: str) -> dict[str, str]:
    """Return the labels of a bin of the feature."""
    return {"revision": "r", "feature": "age", "bin": label, "holds": holds}


def prediction(label: str, holds: str) -> dict[str, str]:
    """Return the labels of a bin of a prediction that has the feature's name."""
    return {"revision": "r", "output": "age", "bin": label, "holds": holds}


PAGE = [
    Sample("trainyard_feature_bin_total", feature("0", "(-inf, 18.0)"), 7.0),
    Sample("trainyard_feature_bin_total", feature("missing", "missing"), 1.0),
    Sample("trainyard_prediction_bin_total", prediction("0", "yes"), 8.0),
    Sample("trainyard_feature_bin_reference", feature("0", "(-inf, 18.0)"), 90.0),
    Sample("trainyard_feature_bin_reference", feature("missing", "missing"), 10.0),
    Sample("trainyard_prediction_bin_reference", prediction("0", "yes"), 30.0),
    Sample("trainyard_features_not_counted", {"revision": "r"}, 3.0),
    Sample("trainyard_rows_total", {"revision": "r"}, 99.0),
]


def test_live_counts_are_kept_apart_by_column_and_bin() -> None:
    """A feature and a prediction may have one name."""
    assert {(AGE, "0"): 7, (AGE, "missing"): 1, (SAID, "0"): 8} == live_counts(PAGE)


def test_the_reference_keeps_its_order_and_what_bins_hold() -> None:
    """And how many features have no bins."""
    found = reference_profile(PAGE)
    age = (Bin("0", "(-inf, 18.0)", 90), Bin("missing", "missing", 10))
    assert {AGE: age, SAID: (Bin("0", "yes", 30),)} == found.columns
    assert 3 == found.not_counted


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_is_no_count_is_left_out(value: float) -> None:
    """A server image of somebody's own may show anything."""
    page = [Sample(sample.name, sample.labels, value) for sample in PAGE]
    assert {} == live_counts(page)
    assert ({}, 0) == (reference_profile(page).columns, reference_profile(page).not_counted)


def test_rows_are_the_sum_of_any_column() -> None:
    """The largest, should one have been read earlier."""
    assert 8 == rows_of(live_counts(PAGE))
    assert 0 == rows_of({})
