"""Who is a train row and who a test row."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.checks.splitting import Side, Splitter, membership_positions, mixed
from trainer.rows.row_digests import positions, row_keys
from trainer.tasks.ingest_task import Split

DEALT = [0xC7F5F2CF85CD7932, 0x5FEF03DE1918A471, 0xA869EF2D5ED60336, 0x0D8E70C0BD6C3D0F]


def _split(**fields: Any) -> Split:
    return Split.model_validate(fields)


def _batch(numbers: list[int], groups: list[str | None] | None = None) -> pa.RecordBatch:
    arrays = [pa.array(numbers, pa.int64())]
    names = ["n"]
    if groups is not None:
        arrays, names = [*arrays, pa.array(groups, pa.string())], [*names, "g"]
    return pa.RecordBatch.from_arrays(arrays, names=names)


def _sides(split: Split, rows: pa.RecordBatch) -> list[int]:
    hashed = membership_positions(split, rows, row_keys(rows))
    return [int(side) for side in Splitter(split).sides(rows, hashed)]


@given(
    st.lists(st.integers(), min_size=1, max_size=40).filter(lambda n: max(map(abs, n)) < 2**63),
    st.integers(0, 39),
    st.integers(0, 2**40),
)
def test_a_rows_side_depends_on_nobody_else(numbers: list[int], cut: int, seed: int) -> None:
    """Alone, in another order, beside others: always the same."""
    split = _split(testPercent=30, seed=seed)
    whole = _sides(split, _batch(numbers))
    assert whole[cut:] == _sides(split, _batch(numbers[cut:])) if numbers[cut:] else True
    assert whole[::-1] == _sides(split, _batch(numbers[::-1]))


@pytest.mark.parametrize("percent", ["1", "12.5", "50", "99"])
@pytest.mark.parametrize("seed", [0, 7, 2**40])
def test_the_share_is_what_was_asked_for(percent: str, seed: int) -> None:
    """Within four standard deviations of 20,000 draws."""
    sides = _sides(_split(testPercent=percent, seed=seed), _batch(list(range(20_000))))
    share = float(Decimal(percent)) / 100
    bound = 4 * (20_000 * share * (1 - share)) ** 0.5
    assert abs(sum(sides) - 20_000 * share) <= bound


def test_a_higher_percent_only_adds_test_rows() -> None:
    """Nobody who was tested is trained on."""
    rows = _batch(list(range(2000)))
    few, many = (_sides(_split(testPercent=p, seed=3), rows) for p in (10, 30))
    assert all(b >= a for a, b in zip(few, many, strict=True))


def test_seeds_deal_anew() -> None:
    """Two seeds agree no more than chance."""
    rows = _batch(list(range(4000)))
    one, two = (np.array(_sides(_split(testPercent=50, seed=s), rows)) for s in (1, 2))
    assert 1800 <= int((one == two).sum()) <= 2200


def test_a_group_has_one_side() -> None:
    """Rows without a group are one group of their own."""
    groups = [None if n % 5 == 0 else f"g{n % 5}" for n in range(500)]
    split = _split(by="Group", column="g", testPercent=50, seed=1)
    sides = _sides(split, _batch(list(range(500)), groups))
    found = {(group, side) for group, side in zip(groups, sides, strict=True)}
    assert 5 == len(found)
    assert {0, 1} == {side for _, side in found}


def test_time_has_a_threshold_and_a_gap() -> None:
    """At the threshold the test part begins; the gap before it belongs to nobody."""
    split = _split(by="Time", column="at", gapSeconds=10)
    times = pa.array([79, 80, 89, 90, 100, None], pa.timestamp("s", "UTC"))
    rows = pa.RecordBatch.from_arrays([times.cast(pa.timestamp("us", "UTC"))], names=["at"])
    splitter = Splitter(split, 90_000_000)
    expected = [Side.TRAIN, Side.GAP, Side.GAP, Side.TEST, Side.TEST, Side.TRAIN]
    assert expected == splitter.sides(rows, np.zeros(6, dtype=np.uint64)).tolist()
    assert "1970-01-01T00:01:30.000000Z" == splitter.document()["threshold"]
    finer = pa.array([79_999_999, 80_000_000], pa.timestamp("us", "UTC"))
    near = pa.RecordBatch.from_arrays([finer], names=["at"])
    sides = splitter.sides(near, np.zeros(2, dtype=np.uint64))
    assert [Side.TRAIN, Side.GAP] == sides.tolist()
    assert sides.dtype == np.int8


def test_without_a_gap_no_row_is_left_out() -> None:
    """Every row before the threshold is trained on, also the earliest there can be."""
    split = _split(by="Time", column="at")
    times = pa.array([-(10**15), 89_999_999, 90_000_000], pa.timestamp("us", "UTC"))
    rows = pa.RecordBatch.from_arrays([times], names=["at"])
    sides = Splitter(split, 90_000_000).sides(rows, np.zeros(3, dtype=np.uint64))
    assert [Side.TRAIN, Side.TRAIN, Side.TEST] == sides.tolist()
    before_1970 = Splitter(split, -(10**16)).sides(rows.slice(0, 1), np.zeros(1, dtype=np.uint64))
    assert [Side.TEST] == before_1970.tolist()
    never = Splitter(split).sides(rows, np.zeros(3, dtype=np.uint64))
    assert [Side.TRAIN] * 3 == never.tolist()


def test_a_row_without_a_time_is_never_tested_on() -> None:
    """However early the test part begins."""
    times = pa.array([None], pa.timestamp("us", "UTC"))
    rows = pa.RecordBatch.from_arrays([times], names=["at"])
    splitter = Splitter(_split(by="Time", column="at"), -(10**16))
    assert [Side.TRAIN] == splitter.sides(rows, np.zeros(1, dtype=np.uint64)).tolist()


def test_positions_are_dealt_the_same_for_ever() -> None:
    """Another version that dealt in another way would train on what was tested."""
    values = np.array([0, 1, 2**63, 0x9E3779B97F4A7C15], dtype=np.uint64)
    assert DEALT == [int(value) for value in mixed(values, 7)]


def test_the_sides_are_small_numbers() -> None:
    """A byte for each of a hundred million rows."""
    rows = _batch([1, 2])
    split = _split(testPercent=50)
    hashed = membership_positions(split, rows, row_keys(rows))
    assert np.int8 == Splitter(split).sides(rows, hashed).dtype


def test_the_document_holds_all_that_decides() -> None:
    """By the names of the manifest."""
    split = _split(by="Time", column="at", gapSeconds=9, seed=5, testPercent=10)
    assert Splitter(split).document() == {
        "by": "Time",
        "testPercent": "10",
        "seed": 5,
        "column": "at",
        "gapSeconds": 9,
        "threshold": None,
    }


def test_a_group_that_is_not_there_splits_by_rows() -> None:
    """And a column of that name decides nothing where rows decide."""
    rows = _batch(list(range(200)), ["same"] * 200)
    own = positions(row_keys(rows))
    by_row = _split(by="RowHash", testPercent=50, seed=1)
    assert own.tolist() == membership_positions(by_row, rows, row_keys(rows)).tolist()
    missing = _split(by="Group", column="other", testPercent=50, seed=1)
    assert own.tolist() == membership_positions(missing, rows, row_keys(rows)).tolist()


def test_the_document_spells_numbers_one_way() -> None:
    """20, "20" and "20.0" are the same split, and so the same version."""
    texts = {Splitter(_split(testPercent=p)).document()["testPercent"] for p in (20, "20", "20.0")}
    assert {"20"} == texts


def test_mixing_is_a_bijection_on_its_inputs() -> None:
    """No two positions fall together."""
    values = positions(row_keys(_batch(list(range(5000)))))
    assert 5000 == len(np.unique(mixed(values, 7)))
