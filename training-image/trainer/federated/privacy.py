"""How much can the models of the rounds tell of one party? The accountant of the added noise.

Flower's fixed clipping cuts the change that each party sends to the length C, and adds noise of the
deviation zC/n to the mean of the changes, z being the noise multiplier and n the parties that began
(compute_stdv in flwr.supercore.differential_privacy). Where k of them answer and all count alike,
one party moves the mean by no more than C/k. So a round is a Gaussian mechanism whose sensitivity
is n/(zk) of its deviations.

A round may look at all that came before. Together they are a Gaussian mechanism whose sensitivity
is the root of the sum of squares (Dong, Roth and Su 2022, Gaussian differential privacy,
arXiv 1905.02383), and its delta for an epsilon is exact (Balle and Wang 2018, Improving the
Gaussian mechanism for differential privacy, arXiv 1805.06530, theorem 8).

Covered is the change of one party against none, when it is known who answered. Not covered are the
sums of the agreement before the first round, to which no noise is added.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from scipy.special import log_ndtr

from trainer.tasks.federation import Federation

DELTA = 1e-5
"""The chance that is left out of account; far less than one in as many parties as there can be."""
_ACCURATE = 1e-4
_DIGITS = 2


def privacy_of(
    federation: Federation, answered: Sequence[int], parties: int
) -> dict[str, str] | None:
    """What is recorded of the noise, and of what it comes to; None: none was added.

    `answered`: how many parties counted, round by round.
    """
    private = federation.differential_privacy
    if private is None:
        return None
    told = {
        "noiseMultiplier": _decimal(private.noise_multiplier),
        "clippingNorm": _decimal(private.clipping_norm),
    }
    if federation.strategy != "FedAvg":
        return {
            **told,
            "why": f"what one party can do to {federation.strategy} is not bounded by what the"
            " noise is made for: FedAvg has an epsilon",
        }
    shift = shift_of(private.noise_multiplier, answered, parties)
    epsilon = math.ceil(epsilon_of(shift, DELTA) * 10**_DIGITS) / 10**_DIGITS
    return {**told, "epsilon": _decimal(epsilon), "delta": _decimal(DELTA)}


def shift_of(noise_multiplier: float, answered: Sequence[int], parties: int) -> float:
    """By how many deviations of the noise one party moves all rounds together."""
    rounds = (parties / (noise_multiplier * count) for count in answered)
    return math.sqrt(sum(shift * shift for shift in rounds))


def delta_of(shift: float, epsilon: float) -> float:
    """The exact delta of the Gaussian mechanism for this epsilon."""
    near = float(log_ndtr(shift / 2 - epsilon / shift))
    far = epsilon + float(log_ndtr(-shift / 2 - epsilon / shift))
    # exp(near) - exp(far), without the loss of digits where both are nearly the same
    return -math.exp(near) * math.expm1(min(0.0, far - near))


def epsilon_of(shift: float, delta: float) -> float:
    """The least epsilon with this delta, or a ten-thousandth more; never less."""
    low, high = 0.0, 1.0
    while delta_of(shift, high) > delta:
        low, high = high, high * 2
    while high - low > _ACCURATE * max(1.0, low):
        middle = (low + high) / 2
        if delta_of(shift, middle) > delta:
            low = middle
        else:
            high = middle
    return high


def _decimal(number: Any) -> str:
    return f"{number:.10f}".rstrip("0").rstrip(".")
