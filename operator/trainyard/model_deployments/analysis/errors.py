"""Does the canary fail more often than the stable version, in the same minutes?

Conditional binomial e-process: given the failures of both versions in an interval, only their
split between the versions is judged, so an outage of both cancels. For each ratio r, with the
canary's share s of the requests and the tolerance τ,

    w = sτ / (sτ + 1 - s),    q = sτr / (sτr + 1 - s),    L_r += x ln(q/w) + y ln((1-q)/(1-w))

for x failures of the canary and y of the stable version. The weighted mean of exp(L_r / φ) is an
e-value: under "canary ≤ τ × stable" it reaches 1/α with probability at most α, at whatever moment
one looks (Ville). (Poisson-process form: Lindon & Malek 2022.) φ ≥ 1 tempers it where failures
come in bursts (`dispersion.py`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trainyard.model_deployments.analysis.dispersion import NOTHING, Spread, phi, phi_of_split
from trainyard.model_deployments.analysis.evidence import Interval

RATIOS = (1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
WEIGHTS = (1, 1, 2, 3, 4, 4, 3)
"""Of the ratios in the mean: what is urgent counts more, small rises take hours anyway."""
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class ErrorEvidence:
    """What was folded so far."""

    logs: tuple[int, ...] = (0,) * len(RATIOS)
    """L_r for each ratio, in millionths."""
    stable: Spread = NOTHING
    canary: Spread = NOTHING
    split: Spread = NOTHING
    """How failures divided: of those of both versions in an interval, the canary's."""

    def folded(self) -> tuple[int, ...]:
        """Return it as integers for the status."""
        spreads = (self.stable, self.canary, self.split)
        return (*self.logs, *(number for spread in spreads for number in spread.folded()))


def unfolded(numbers: tuple[int, ...]) -> ErrorEvidence:
    """Return the evidence that `folded` wrote; anything else is a new start."""
    split = len(RATIOS)
    size = len(NOTHING.folded())
    if len(numbers) != split + 3 * size:
        return ErrorEvidence()
    places = range(split, len(numbers), size)
    return ErrorEvidence(
        numbers[:split], *(Spread.unfolded(numbers[place : place + size]) for place in places)
    )


def with_interval(evidence: ErrorEvidence, interval: Interval, tolerance: float) -> ErrorEvidence:
    """Return the evidence with one more interval; both versions must have had requests."""
    stable, canary = interval.stable, interval.canary
    if not stable.requests or not canary.requests:
        return evidence
    share = canary.requests / (canary.requests + stable.requests)
    gains = (_gain(ratio, share, tolerance, canary.errors, stable.errors) for ratio in RATIOS)
    return ErrorEvidence(
        logs=tuple(
            old + math.floor(gain * MILLION) for old, gain in zip(evidence.logs, gains, strict=True)
        ),
        stable=evidence.stable.with_interval(stable.requests, stable.errors),
        canary=evidence.canary.with_interval(canary.requests, canary.errors),
        split=evidence.split.with_interval(canary.errors + stable.errors, canary.errors),
    )


def _gain(ratio: float, share: float, tolerance: float, canary: int, stable: int) -> float:
    odds = share * tolerance / (1 - share)
    w = odds / (odds + 1)
    q = odds * ratio / (odds * ratio + 1)
    return canary * math.log(q / w) + stable * math.log((1 - q) / (1 - w))


def log_e_value(
    evidence: ErrorEvidence, known: Spread = NOTHING, known_split: Spread = NOTHING
) -> float:
    """Return ln E, tempered by what is known of bursts; what is `known` comes from earlier
    rollouts.
    """
    tempering = min(
        phi(evidence.stable, evidence.canary, known), phi_of_split(evidence.split, known_split)
    )
    return log_mean_exp([log / MILLION / tempering for log in evidence.logs], WEIGHTS)


def log_mean_exp(logs: Sequence[float], weights: Sequence[int] = ()) -> float:
    """Return ln of the weighted mean of exp, without overflow; no weights: all the same."""
    shares = weights or (1,) * len(logs)
    top = max(logs)
    total = sum(w * math.exp(log - top) for w, log in zip(shares, logs, strict=True))
    return top + math.log(total / sum(shares))
