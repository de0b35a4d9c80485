"""What the live line says."""

from __future__ import annotations

from typing import Any

import pytest

from demo.live_line import live_text
from demo.traffic import Count

STEPPING: dict[str, Any] = {
    "traffic": [
        {"role": "stable", "revision": "a", "weightPercent": 50},
        {"role": "canary", "revision": "b", "weightPercent": 50},
    ],
    "rollout": {"progress": "2/2", "phase": "Progressing"},
}


@pytest.mark.parametrize(
    ("release", "count", "expected"),
    [
        pytest.param({}, Count(), "stable   0 %  canary   0 %", id="nothing serves yet"),
        pytest.param(STEPPING, Count(), "stable  50 %  canary  50 %", id="weights of both"),
        pytest.param(STEPPING, Count(), "step 2/2 Progressing", id="step and phase"),
        pytest.param({}, Count(sent=12, failed=3), "sent 12  [red]failed 3", id="failures in red"),
        pytest.param({}, Count(sent=12), "sent 12  failed 0", id="no failures"),
    ],
)
def test_live_text(release: dict[str, Any], count: Count, expected: str) -> None:
    """The line holds weights, step, requests and failures."""
    assert expected in live_text(release, count)


def test_bar_is_split_by_weight() -> None:
    """Half of the bar is the canary's at 50 %."""
    text = live_text(STEPPING, Count())

    assert text.count("█") == text.count("▒") == 12
