"""Bins and counts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from serving_bundles import Sample

from modelbundle.faults import BundleUnreadable
from modelbundle.reference_profile import (
    NumberBins,
    TextBins,
    number_bins,
    read_profile,
    text_bins,
)


def test_numbers_are_counted_between_deciles() -> None:
    """A hundred different numbers: ten bins of ten, and one beyond each end."""
    bins = number_bins("x", np.arange(1.0, 101.0))
    edges = (0.5, *(float(n) for n in range(10, 91, 10)), 100.5)
    assert NumberBins("x", edges, (0, 9, *[10] * 8, 11, 0), 0) == bins


def test_few_values_give_few_bins() -> None:
    """0 and 1 have one bin each; missing is counted apart, and infinite is missing."""
    bins = number_bins("x", np.array([0.0, 0.0, 1.0, np.nan, np.inf, -np.inf]))
    assert NumberBins("x", (-0.5, 0.5, 1.5), (0, 2, 1, 0), 3) == bins


@pytest.mark.parametrize(
    ("values", "heavy", "count"),
    [
        pytest.param([0.0] * 95 + [1.0] * 5, 1.0, 5, id="a flag that is true in 5 % of rows"),
        pytest.param([0.0] * 60 + list(range(1, 41)), 0.0, 60, id="many zeros below amounts"),
        pytest.param([0.0] * 30 + list(range(-35, 0)) + list(range(1, 36)), 0.0, 30, id="amid"),
        pytest.param([*range(90), *[99.0] * 10], 99.0, 10, id="a cap"),
    ],
)
def test_a_heavy_value_has_a_bin_of_its_own(values: list[float], heavy: float, count: int) -> None:
    """Even where it comes as a shorter float."""
    bins = number_bins("x", np.array(values, dtype=float))
    for shown in (heavy, np.nextafter(heavy, -np.inf), np.nextafter(heavy, np.inf)):
        place = int(np.searchsorted(bins.edges, shown, side="right"))
        assert count == bins.counts[place]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([1.7e308, 0.0, -1.7e308], id="as far apart as numbers go"),
        pytest.param([1.0, float(np.nextafter(1.0, 2.0))], id="neighbours"),
        pytest.param([5e-324, 0.0], id="the smallest numbers"),
        pytest.param(np.random.default_rng(1).normal(size=500).tolist(), id="a bell"),
    ],
)
def test_every_value_is_inside_of_finite_rising_edges(values: list[float]) -> None:
    """So the outermost bins are empty, and none between them is."""
    bins = number_bins("x", np.array(values))
    assert np.isfinite(bins.edges).all()
    assert (np.diff(bins.edges) > 0).all()
    assert (0, 0) == (bins.counts[0], bins.counts[-1])
    assert min(bins.counts[1:-1]) > 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([], NumberBins("x", (), (0,), 0), id="no values"),
        pytest.param([np.nan], NumberBins("x", (), (0,), 1), id="only missing"),
    ],
)
def test_degenerate_columns_have_one_bin(values: list[float], expected: NumberBins) -> None:
    """Nothing to divide is one bin."""
    assert expected == number_bins("x", np.array(values))


def test_texts_are_counted_by_value() -> None:
    """Sorted by text; "" is missing; nothing else yet."""
    assert TextBins("c", ("a", "b"), (1, 2, 0), 1) == text_bins("c", ["b", "a", "b", ""])


def test_rare_texts_are_counted_together() -> None:
    """Fifty texts stand for themselves, the rest are one number."""
    values = [f"v{n:02}" for n in range(60)] + ["v59"]
    bins = text_bins("c", values)
    assert (50, 10) == (len(bins.values), bins.counts[-1])
    assert "v59" in bins.values


def test_packed_profile_is_read(patients_sample: Sample) -> None:
    """Every row is in exactly one bin of every feature and of the prediction."""
    profile = read_profile(patients_sample.directory)
    names = tuple(feature.name for feature in patients_sample.signature.features)
    assert names == tuple(bins.name for bins in profile.features)
    totals = {sum(b.counts) + b.missing for b in (*profile.features, *profile.predictions)}
    assert {400} == totals == {profile.rows}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"version": 2}, id="a later version"),
        pytest.param({"version": 1}, id="no bins"),
        pytest.param([], id="no object"),
    ],
)
def test_no_profile_is_told(tmp_path: Path, document: object) -> None:
    """Bytes that are no profile."""
    (tmp_path / "profile.json").write_text(json.dumps(document))
    with pytest.raises(BundleUnreadable, match=r"profile\.json"):
        read_profile(tmp_path)
