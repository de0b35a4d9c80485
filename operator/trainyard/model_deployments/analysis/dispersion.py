"""How much more unevenly failures come than independent ones would: the factor φ.

For counts y in intervals with n requests and an overall share p, Σ (y - pn)² / (pn) is chi-square
with T - 1 degrees of freedom when failures are independent; bursts make it larger. It is kept as
four sums, because Σ (y - pn)² / (pn) = (Σ y²/n) / p - Σ y.

An outage of both versions looks like a burst of each, and is none of what is judged, which is how
failures divide between them. So the same is asked of that: of n failures in an interval y are the
canary's, with variance pn(1 - p). Where a version has bursts of its own, few failures show only
half of them there, hence `CAUTION`; the smaller of both answers counts.
"""

from __future__ import annotations

from dataclasses import dataclass

MILLION = 1_000_000
ASSUMED = 4.0
"""φ before anything is known: weight of `WEIGHT` intervals."""
WEIGHT = 1.0
CAUTION = 2.5
"""What is above 1 in how failures divide counts so many times. By simulation: with bursts no more
healthy versions are rolled back than by each version's own φ, after an outage none is found late.
"""


@dataclass(frozen=True, slots=True)
class Spread:
    """The four sums over intervals of one version."""

    intervals: int = 0
    requests: int = 0
    errors: int = 0
    squares: int = 0
    """Σ errors² / requests, in millionths."""

    def with_interval(self, requests: int, errors: int) -> Spread:
        """Return the sums with one more interval."""
        if not requests:
            return self
        return Spread(
            self.intervals + 1,
            self.requests + requests,
            self.errors + errors,
            self.squares + round(errors * errors * MILLION / requests),
        )

    def joined(self, other: Spread) -> Spread:
        """Return the sums of both."""
        return Spread(
            self.intervals + other.intervals,
            self.requests + other.requests,
            self.errors + other.errors,
            self.squares + other.squares,
        )

    def halved(self) -> Spread:
        """Return the sums at half weight, so that the past fades."""
        return Spread(self.intervals // 2, self.requests // 2, self.errors // 2, self.squares // 2)

    def folded(self) -> tuple[int, ...]:
        """Return the sums as integers."""
        return (self.intervals, self.requests, self.errors, self.squares)

    @staticmethod
    def unfolded(numbers: tuple[int, ...]) -> Spread:
        """Return what `folded` wrote."""
        return Spread(*numbers)


NOTHING = Spread()


def chi_square(spread: Spread) -> float:
    """Return Σ (y - pn)² / (pn); 0 without failures."""
    if not spread.errors:
        return 0.0
    share = spread.errors / spread.requests
    return max(0.0, spread.squares / MILLION / share - spread.errors)


def phi(*spreads: Spread) -> float:
    """Return the tempering factor, at least 1, each version measured against its own mean."""
    return _phi(sum(chi_square(spread) for spread in spreads), spreads)


def phi_of_split(*splits: Spread) -> float:
    """Return the tempering factor, at least 1, by how failures divide; in each of `splits` the
    requests are the failures of both versions, and the errors those of the canary.
    """
    found = sum(chi_square(s) / (1 - s.errors / s.requests) for s in splits if _divides(s))
    return 1 + CAUTION * (_phi(found, splits) - 1)


def _divides(split: Spread) -> bool:
    return 0 < split.errors < split.requests


def _phi(found: float, spreads: tuple[Spread, ...]) -> float:
    freedom = sum(max(0, spread.intervals - 1) for spread in spreads)
    return max(1.0, (found + WEIGHT * ASSUMED) / (freedom + WEIGHT))
