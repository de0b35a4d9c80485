"""Rules with fixed lines.

Proves: benchmarks/decisions/hindsight.py, benchmarks/decisions/outcomes.py
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.decisions.counted import EDGES, Counted, Rollouts, rollouts
from benchmarks.decisions.hindsight import best_line, of_line
from benchmarks.decisions.outcomes import NEVER, Outcome, outcome
from benchmarks.decisions.scenarios import Scenario
from benchmarks.decisions.thresholds import ARGO, FLAGGER, Line

MINUTES = 40


def played(*minutes: tuple[int, int], slow: int = 0) -> Rollouts:
    """Return one rollout; of each minute requests and failures of the new version, all in its last
    look; `slow`: how many take longer than 500 ms.
    """
    requests, errors = (np.zeros((1, 4 * len(minutes)), dtype=np.int64) for _ in range(2))
    requests[0, 3::4], errors[0, 3::4] = zip(*minutes, strict=True)
    within = np.repeat(requests[:, :, None], len(EDGES), axis=2)
    within[:, :, : EDGES.index("535") + 1] -= np.minimum(slow, requests)[:, :, None]
    one = Counted(requests, errors, within)
    return Rollouts(one, one)


GOOD, AT, BAD, NONE = (1000, 0), (1000, 10), (1000, 11), (0, 0)


@pytest.mark.parametrize(
    ("line", "found", "minute"),
    [
        pytest.param(FLAGGER, played(*[GOOD] * MINUTES), None, id="good"),
        pytest.param(FLAGGER, played(*[AT] * MINUTES), None, id="99 % is enough"),
        pytest.param(FLAGGER, played(*[BAD] * MINUTES), 5, id="the fifth failed check"),
        pytest.param(FLAGGER, played(*[BAD, GOOD] * 20), 9, id="no check is taken back"),
        pytest.param(FLAGGER, played(*[NONE] * MINUTES), 5, id="no request is a failed check"),
        pytest.param(FLAGGER, played(*[GOOD] * MINUTES, slow=11), 5, id="p99 above 500 ms"),
        pytest.param(FLAGGER, played(*[GOOD] * MINUTES, slow=10), None, id="p99 at 500 ms"),
        pytest.param(ARGO, played(*[(1000, 50)] * MINUTES), None, id="95 % is enough"),
        pytest.param(ARGO, played(*[(1000, 51)] * MINUTES), 15, id="the third measurement"),
        pytest.param(ARGO, played(*[(1000, 99), *[GOOD] * 4] * 8), None, id="seldom looked at"),
        pytest.param(ARGO, played(*[NONE] * MINUTES), 15, id="no number is no success"),
    ],
)
def test_a_line_ends_a_rollout(line: Line, found: Rollouts, minute: int | None) -> None:
    """Or never."""
    assert [NEVER if minute is None else 4 * minute - 1] == list(line.looks(found))


def test_an_outcome_counts_what_was_failed_until_then() -> None:
    """And to the end where nobody rolled back."""
    canary = played(*[BAD] * 4).canary
    requests, errors = (np.repeat(n, 2, axis=0) for n in (canary.requests, canary.errors))
    both = Counted(requests, errors, canary.within)
    found = outcome([7, NEVER], both)
    assert Outcome(1, 2, 120, 120, (22 + 44) / 2) == found
    assert 50 == found.percent
    assert Outcome(0, 1, None, None, 44) == outcome([NEVER], canary)


def test_the_best_line_is_no_worse_than_any_example() -> None:
    """It rolls back as few healthy twins as declared, and knows the bad version."""
    bad = Scenario("", ratio=10)
    healthy, found = rollouts(bad.twin(), 200, 1), rollouts(bad, 200, 2)
    best = best_line(healthy, found)
    assert of_line(best, healthy).percent <= 1
    assert of_line(best, found).failed_requests < of_line(FLAGGER, found).failed_requests
