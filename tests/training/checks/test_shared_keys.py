"""Which keys both parts have."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.checks.shared_keys import SharedKeys
from trainer.checks.splitting import Side
from trainer.rows.row_digests import NO_VALUE, Positions, mix

TRAIN, TEST, GAP = int(Side.TRAIN), int(Side.TEST), int(Side.GAP)
NONE = int(NO_VALUE)


def _keys(numbers: list[int]) -> Positions:
    return np.array(numbers, dtype=np.uint64)


@pytest.mark.parametrize(
    ("keys", "sides", "expected"),
    [
        pytest.param([1, 2], [TRAIN, TEST], None, id="other keys share nothing"),
        pytest.param([1, 1], [TRAIN, TRAIN], None, id="nor do equal ones in one part"),
        pytest.param([1, 1], [TRAIN, GAP], None, id="nor those in no part"),
        pytest.param([NONE, NONE], [TRAIN, TEST], None, id="a missing id names nothing"),
        pytest.param([1, 1], [TEST, TRAIN], (1, 1, ((1, 2),)), id="whichever comes first"),
        pytest.param(
            [7, 1, 7, 7, 2, NONE],
            [TRAIN, TEST, TEST, TEST, TEST, TEST],
            (2, 4, ((3, 1),)),
            id="each row to test on counts, but without a key",
        ),
        pytest.param(
            [5, 6, 7, 8, 8, 7, 6, 5],
            [TRAIN] * 4 + [TEST] * 4,
            (4, 4, ((5, 4), (6, 3), (7, 2))),
            id="three pairs are shown, the first rows first",
        ),
    ],
)
@pytest.mark.parametrize("step", [1, 3, 100])
def test_both_parts_share(
    keys: list[int], sides: list[int], expected: tuple[int, int, object] | None, step: int
) -> None:
    """However the rows are cut into blocks."""
    shared = SharedKeys()
    for start in range(0, len(keys), step):
        part = np.array(sides[start : start + step], dtype=np.int8)
        shared.add(_keys(keys[start : start + step]), part, start + 1)
    found = shared.result()
    assert expected == (found and (found.count, found.rows, found.found))
    assert found is None or found.whole


def test_of_too_many_keys_some_stand_for_all() -> None:
    """Each kept key is known with all of its rows, so that the share is that of all rows."""
    shared = SharedKeys(kinds=128)
    keys = mix(np.arange(20_000, dtype=np.uint64) // np.uint64(2))
    sides = np.where(np.arange(20_000) % 2, TEST, TRAIN).astype(np.int8)
    sides[10_000:] = TEST
    for start in range(0, 20_000, 1000):
        shared.add(keys[start : start + 1000], sides[start : start + 1000], start + 1)
    found = shared.result()
    assert found is not None
    assert not found.whole
    # Of 15,000 rows to test on, the 5,000 of the first half.
    assert 0.27 < found.count / found.rows < 0.4
    assert all(tested == trained + 1 for tested, trained in found.found)


def test_many_kinds_share_the_memory() -> None:
    """And each keeps enough to tell."""
    assert [32_768, 32_768, 16_384, 1024, 1024] == [
        SharedKeys(kinds).limit for kinds in (1, 4, 8, 128, 5000)
    ]
