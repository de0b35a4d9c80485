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
from trainer.rows.row_digests import positions, row_digests
from trainer.tasks.task import Split


def _split(**fields: Any) -> Split:
    return Split.model_validate(fields)


def _batch(numbers: list[int], groups: list[str | None] | None = None) -> pa.RecordBatch:
    arrays = [pa.array(numbers, pa.int64())]
    names = ["n"]
    if groups is not None:
        arrays, names = [*arrays, pa.array(groups, pa.string())], [*names, "g"]
    return pa.RecordBatch.from_arrays(arrays, names=names)


def _sides(split: Split, rows: pa.RecordBatch) -> list[int]:
    hashed = membership_positions(split, rows, row_digests(rows))
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


def test_the_document_spells_numbers_one_way() -> None:
    """20, "20" and "20.0" are the same split, and so the same version."""
    texts = {Splitter(_split(testPercent=p)).document()["testPercent"] for p in (20, "20", "20.0")}
    assert {"20"} == texts


def test_mixing_is_a_bijection_on_its_inputs() -> None:
    """No two positions fall together."""
    values = positions(row_digests(_batch(list(range(5000)))))
    assert 5000 == len(np.unique(mixed(values, 7)))
