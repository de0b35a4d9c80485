"""Whole releases of quiet services."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.decisions.quiet import (
    GOOD,
    VERSIONS,
    End,
    Version,
    argo_rollouts,
    flagger,
    releases,
    trainyard,
)

FAILS, DIFFERS = VERSIONS[1:]


@pytest.mark.parametrize(
    ("version", "end"),
    [
        pytest.param(GOOD, End.PROMOTED, id="good"),
        pytest.param(FAILS, End.ROLLED_BACK, id="it fails"),
        pytest.param(DIFFERS, End.ROLLED_BACK, id="it answers otherwise"),
    ],
)
def test_the_operator_ends_a_release_at_a_request_in_ten_seconds(
    version: Version, end: End
) -> None:
    """Rightly; a bad version is found before its first live request."""
    found = trainyard(version, 0.1, np.random.default_rng(1))
    assert found.end is end
    assert version.good or (0, 0) == (found.minutes, found.bad_answers)


@pytest.mark.parametrize(
    ("way", "rate", "version", "end"),
    [
        pytest.param(flagger, 0.01, GOOD, End.ROLLED_BACK, id="Flagger, quiet"),
        pytest.param(flagger, 1000, GOOD, End.PROMOTED, id="Flagger, busy"),
        pytest.param(flagger, 1000, FAILS, End.ROLLED_BACK, id="Flagger, failures"),
        pytest.param(argo_rollouts, 0.001, GOOD, End.ROLLED_BACK, id="Argo Rollouts, quiet"),
        pytest.param(argo_rollouts, 1000, DIFFERS, End.PROMOTED, id="Argo Rollouts, answers"),
    ],
)
def test_others_end_it_by_their_examples(
    way: object, rate: float, version: Version, end: End
) -> None:
    """Whoever knows no answers cannot judge them."""
    assert callable(way)
    assert way(version, rate, np.random.default_rng(1)).end is end


def test_releases_are_summed_up() -> None:
    """And are the same each time."""
    one, other = (releases("Flagger", GOOD, 0.1, 5) for _ in range(2))
    assert one == other
    assert (5, 5) == (one.promoted + one.rolled_back, one.of)
