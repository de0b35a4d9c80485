"""What may happen in the hour in which a new version gets a share of the requests?"""

from __future__ import annotations

from dataclasses import dataclass, replace

Seconds = tuple[int, int]
"""From when to when."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """An hour of requests at both versions; the share of the new one does not change."""

    name: str
    base: float = 0.002
    """Share of requests that the stable version fails."""
    ratio: float = 1.0
    """How many times as often the new version fails."""
    per_second: float = 100
    canary_percent: int = 10
    burst: float = 1.0
    """Variance of the failures over their mean."""
    outage: Seconds | None = None
    """When both versions fail 5 % of their requests."""
    daily: float = 0.0
    """How much the share of failures swings, in one period per hour."""
    slower: float = 1.0
    """How many times as long the new version takes for an answer."""
    tail: float = 0.0
    """Share of the new version's answers that take ten times as long."""
    both_slow: Seconds | None = None
    """When both versions take four times as long."""
    timed: bool = False
    """Whether answer times are counted."""

    @property
    def healthy(self) -> bool:
        """Whether the new version is as good as the stable one."""
        return self == self.twin()

    def twin(self) -> Scenario:
        """The same hour with a new version that is as good as the stable one."""
        return replace(self, ratio=1.0, slower=1.0, tail=0.0)


SIX_MINUTES = (1500, 1860)
HEALTHY = (
    Scenario("0.2 % fail"),
    Scenario("0.8 % fail, near a line of 1 %", base=0.008),
    Scenario("both fail 5 % for 3 minutes", outage=(1500, 1680)),
    Scenario("both fail 5 % for 6 minutes", outage=SIX_MINUTES),
    Scenario("0.5 % fail, ±80 % in a day's cycle", base=0.005, daily=0.8),
    Scenario("0.5 % fail, in bursts (variance 5 × mean)", base=0.005, burst=5),
    Scenario("5 requests a second, 0.5 % fail", base=0.005, per_second=5),
    Scenario("both take 4 × as long for 4 minutes", both_slow=(1500, 1740), timed=True),
)
BAD = (
    Scenario("1.5 × of 0.2 %", ratio=1.5),
    Scenario("2 × of 0.2 %", ratio=2),
    Scenario("3 × of 0.2 %", ratio=3),
    Scenario("5 × of 0.2 %", ratio=5),
    Scenario("10 × of 0.2 %", ratio=10),
    Scenario("1.5 × of 0.8 %", base=0.008, ratio=1.5),
    Scenario("2 × of 0.8 %", base=0.008, ratio=2),
    Scenario("5 × of 0.8 %", base=0.008, ratio=5),
    Scenario("3 × of 0.5 % in bursts", base=0.005, ratio=3, burst=5),
    Scenario("10 × of 0.2 %, with an outage of both for 6 minutes", ratio=10, outage=SIX_MINUTES),
    Scenario("10 × of 0.2 %, 1,000 requests a second, 5 %", ratio=10, per_second=1000,
             canary_percent=5),
    Scenario("2 × of 0.2 %, 1,000 requests a second, 5 %", ratio=2, per_second=1000,
             canary_percent=5),
    Scenario("every request, 5 %", ratio=500, canary_percent=5),
    Scenario("5 × of 1 %, 5 requests a second", base=0.01, ratio=5, per_second=5),
    Scenario("answers take 1.5 × as long", slower=1.5, timed=True),
    Scenario("3 % of answers take 10 × as long", tail=0.03, timed=True),
)  # fmt: skip
