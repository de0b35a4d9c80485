"""Which columns drifted, and when nothing can be said."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest

from trainyard.model_deployments.analysis.binned_columns import (
    Bin,
    BinReading,
    ColumnKey,
    ReferenceProfile,
)
from trainyard.model_deployments.analysis.drift import DriftFinding, drift_in

TENTHS = [500] * 10


def reading(
    live: Mapping[str, Sequence[int]],
    reference: Mapping[str, Sequence[int]] | None = None,
    why: str = "",
) -> BinReading:
    """Return columns of numbers with ten bins, all alike in the reference."""
    shown = reference or dict.fromkeys(live, TENTHS)
    profile = {
        ColumnKey(prediction=False, name=name): tuple(
            Bin(str(i), f"[{i}, +inf)", n) for i, n in enumerate(counts)
        )
        for name, counts in shown.items()
    }
    counts = {
        (ColumnKey(prediction=False, name=name), str(i)): n
        for name, row in live.items()
        for i, n in enumerate(row)
    }
    return BinReading(ReferenceProfile(profile), counts, why)


def found_in(read: BinReading, *ignore: str) -> DriftFinding:
    """Return the finding with the defaults."""
    return drift_in(read, 500, 0.1, ignore)


MOVED = [1500, 100, *[430, 420] * 4]
SLIGHTLY = [600, 400, *[500] * 8]


@pytest.mark.parametrize(
    ("live", "ignore", "names"),
    [
        pytest.param({"a": TENTHS, "b": TENTHS}, (), [], id="nothing moved"),
        pytest.param({"a": MOVED, "b": TENTHS}, (), ["a"], id="one moved"),
        pytest.param({"a": MOVED, "b": TENTHS}, ("a",), [], id="what is ignored may move"),
        pytest.param({"a": SLIGHTLY}, (), [], id="more than chance, but too little to matter"),
        pytest.param({"a": [n // 10 for n in MOVED]}, (), ["a"], id="just enough rows"),
    ],
)
def test_columns_that_moved_are_found(
    live: dict[str, Sequence[int]], ignore: tuple[str, ...], names: list[str]
) -> None:
    """Each by its name."""
    found = found_in(reading(live), *ignore)
    assert names == [d.column.name for d in found.drifted]
    assert len(live) - len(ignore) == found.compared or not found.compared


@pytest.mark.parametrize(
    ("read", "why"),
    [
        pytest.param(reading({"a": [n // 20 for n in MOVED]}), "248 rows were counted", id="few"),
        pytest.param(reading({"a": MOVED}, why="no server"), "no server", id="no counts"),
        pytest.param(
            reading({"a": [5000]}, {"a": [5000]}), "has no column that can be", id="one bin only"
        ),
        pytest.param(reading({"a": MOVED}, {"b": TENTHS}), "has no column", id="other columns"),
    ],
)
def test_without_evidence_there_is_no_finding(read: BinReading, why: str) -> None:
    """And it says why."""
    found = found_in(read)
    assert (0, ()) == (found.compared, found.drifted)
    assert why in found.why


def sampled(chance: random.Random, rows: int, shift: float = 0.0) -> list[int]:
    """Return how many of so many values of a bell, moved by `shift`, are in tenths of the bell."""
    edges = [-1.2816, -0.8416, -0.5244, -0.2533, 0.0, 0.2533, 0.5244, 0.8416, 1.2816]
    counts = [0] * 10
    for _ in range(rows):
        value = chance.gauss(shift, 1.0)
        counts[sum(value >= edge for edge in edges)] += 1
    return counts


def test_no_drift_is_not_found_and_half_a_deviation_is() -> None:
    """Twenty windows of a thousand rows and ten columns, with a fixed seed."""
    chance = random.Random(7)
    reference = {f"c{i}": sampled(chance, 1000) for i in range(10)}
    for _ in range(20):
        live = {name: sampled(chance, 1000) for name in reference}
        assert () == found_in(reading(live, reference)).drifted
        live["c3"] = sampled(chance, 1000, shift=0.5)
        drifted = found_in(reading(live, reference)).drifted
        assert ["c3"] == [d.column.name for d in drifted]
        assert 0.1 < drifted[0].effect < 0.5
