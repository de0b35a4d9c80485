"""Which bars were set, and are they met?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.monitoring.drift import OPERATOR, Share
from benchmarks.monitoring.live_rows import NONE

MOST_FALSE_PERCENT = 1.0
LEAST_FOUND_PERCENT = 95.0


@dataclass(frozen=True, slots=True)
class Bar:
    """What was asked of the operator and what was found."""

    asked: str
    found: str
    met: bool


def bars(shares: Sequence[Share]) -> list[Bar]:
    """One bar per scene; other rules only stand beside."""
    return [_bar(share) for share in shares if share.rule == OPERATOR]


def _bar(share: Share) -> Bar:
    found = f"{share.percent:.1f} % of {share.of}"
    if share.scene == NONE.name:
        asked = (
            f"an alarm in at most {MOST_FALSE_PERCENT:g} % of windows when {share.scene} drifted"
        )
        return Bar(asked, found, share.percent <= MOST_FALSE_PERCENT)
    asked = f"{share.scene}: found by the second window in at least {LEAST_FOUND_PERCENT:g} %"
    return Bar(asked, found, share.percent >= LEAST_FOUND_PERCENT)
