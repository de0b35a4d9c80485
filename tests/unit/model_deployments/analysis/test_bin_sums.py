"""What is kept of a window beyond the operator's process."""

from __future__ import annotations

import json
import random
import zlib
from base64 import b64encode
from collections import Counter
from datetime import timedelta

import pytest
from builders_serving import NOW

from trainyard.model_deployments.analysis.bin_sums import LARGEST, BinSum, decoded, encoded
from trainyard.model_deployments.analysis.binned_columns import BinCounts, ColumnKey

AGE = ColumnKey(prediction=False, name="age")
SUM = BinSum(
    revision="wine-1",
    since=NOW,
    looked_at=NOW + timedelta(minutes=5),
    counters={"a.0": {(AGE, "0"): 7, (AGE, "missing"): 1}, "b.0": {(AGE, "0"): 3}},
    live=Counter({(AGE, "0"): 2}),
)


def test_what_was_kept_comes_back() -> None:
    """A cell that a process does not know is one of which it counted nothing."""
    found = decoded(encoded(SUM))
    assert found is not None
    assert (SUM.revision, SUM.since, SUM.looked_at) == (
        found.revision,
        found.since,
        found.looked_at,
    )
    assert 7 == found.counters["a.0"][AGE, "0"]
    assert 0 == found.counters["b.0"][AGE, "missing"]
    assert 2 == found.live[AGE, "0"]


def test_the_same_sum_is_the_same_text() -> None:
    """So that nothing is written while nothing is counted."""
    assert encoded(SUM) == encoded(SUM)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("%%%", id="no base64"),
        pytest.param(b64encode(b"nonsense").decode(), id="nothing compressed"),
        pytest.param(b64encode(zlib.compress(b"[]")).decode(), id="another document"),
        pytest.param(
            b64encode(zlib.compress(json.dumps({"version": 2}).encode())).decode(),
            id="another form",
        ),
        pytest.param(b64encode(zlib.compress(b" " * (17 << 20))).decode(), id="a bomb"),
    ],
)
def test_what_others_wrote_is_not_read(text: str) -> None:
    """Counting begins anew, as without it."""
    assert decoded(text) is None


def test_what_is_too_large_is_not_kept() -> None:
    """Hundreds of pods with thousands of bins: the servers are still counted, in memory."""
    numbers = random.Random(1)
    cells = [(AGE, str(n)) for n in range(3000)]
    counters: dict[str, BinCounts] = {
        f"pod-{n}": {cell: numbers.randrange(1 << 40) for cell in cells} for n in range(20)
    }
    found = BinSum("wine-1", NOW, NOW, counters)
    assert len(json.dumps([list(page.values()) for page in counters.values()])) > LARGEST
    assert "" == encoded(found)
