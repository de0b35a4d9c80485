"""What the noise of private rounds comes to, beside published values."""

from __future__ import annotations

import math

import pytest

from trainer.federated.privacy import DELTA, delta_of, epsilon_of, privacy_of, shift_of
from trainer.tasks.federation import DifferentialPrivacy, Federation, Strategy


@pytest.mark.parametrize(
    ("deviation", "sensitivity", "epsilon", "delta"),
    [
        (1, 1, 1, 0.12693674),
        (2, 2, 1, 0.12693674),
        (1, 3, 1, 0.78760074),
        (2, 6, 1, 0.78760074),
        (5, 5, 2, 0.02092364),
    ],
)
def test_delta_is_as_published(
    deviation: float, sensitivity: float, epsilon: float, delta: float
) -> None:
    """By the tests of Google's dp_accounting (privacy_loss_mechanism_test.py, Gaussian)."""
    assert delta_of(sensitivity / deviation, epsilon) == pytest.approx(delta, abs=5e-9)


def test_epsilon_is_as_published() -> None:
    """Of the same tests: deviation 0.344 to three digits for epsilon 16 and delta 1e-5."""
    assert epsilon_of(1 / 0.3435, 1e-5) > 16 > epsilon_of(1 / 0.3445, 1e-5)


@pytest.mark.parametrize("shift", [0.01, 0.3, 1, 10, 150, 1e5])
def test_epsilon_is_the_least_and_never_too_small(shift: float) -> None:
    """Also where much or next to nothing is hidden: no power overflows."""
    epsilon = epsilon_of(shift, DELTA)
    assert delta_of(shift, epsilon) <= DELTA
    assert delta_of(shift, epsilon * 0.999 - 1e-3) > DELTA or epsilon < 2e-3


def test_rounds_add_up() -> None:
    """By squares: four rounds with twice the noise tell as much as one."""
    assert shift_of(2, [3] * 4, 3) == pytest.approx(shift_of(1, [3], 3))
    assert shift_of(1, [3], 3) == 1


def test_two_rounds_are_as_one_mechanism_in_two_dimensions() -> None:
    """Counted out on a grid, without the theorem: how much more likely one side's answers are."""
    first, second, epsilon, step = 0.8, 1.3, 1.0, 0.02
    delta = 0.0
    numbers = [step * n for n in range(-350, 400)]
    for x in numbers:
        for y in numbers:
            with_it = math.exp(-((x - first) ** 2 + (y - second) ** 2) / 2)
            without = math.exp(-(x * x + y * y) / 2)
            delta += max(0.0, with_it - math.exp(epsilon) * without)
    delta *= step * step / (2 * math.pi)
    assert delta == pytest.approx(delta_of(math.hypot(first, second), epsilon), abs=1e-4)


def told(strategy: Strategy, noise: float | None) -> Federation:
    """Return how parties train together."""
    private = None
    if noise is not None:
        private = DifferentialPrivacy(noise_multiplier=noise, clipping_norm=5)
    return Federation(
        address="here",
        rounds=10,
        local_iterations=3,
        min_participants=2,
        participants=("ward-a", "ward-b"),
        strategy=strategy,
        differential_privacy=private,
    )


def test_what_is_recorded() -> None:
    """Rounded up, so that no more is promised than holds; without noise nothing is."""
    found = privacy_of(told("FedAvg", 4), [2] * 10, 2)
    assert found is not None
    exact = epsilon_of(math.sqrt(10) / 4, DELTA)
    assert exact <= float(found["epsilon"]) < exact + 0.011
    assert (found["noiseMultiplier"], found["clippingNorm"], found["delta"]) == (
        "4",
        "5",
        "0.00001",
    )
    assert privacy_of(told("FedAvg", None), [2], 2) is None


def test_a_median_has_no_epsilon() -> None:
    """The noise is made for a mean."""
    found = privacy_of(told("FedMedian", 4), [2] * 10, 2)
    assert found is not None
    assert "epsilon" not in found
    assert "FedMedian" in found["why"]
