"""What is learnt of errors is kept as integers."""

from __future__ import annotations

from trainyard.api.v1alpha1.dispersion import Dispersion


def test_nothing_was_learnt_at_the_beginning() -> None:
    """And what was is read again as it was written."""
    assert {"intervals": 0, "requests": 0, "errors": 0, "squaresMillionths": 0} == (
        Dispersion().to_api()
    )
    learnt = Dispersion(intervals=2, requests=10, errors=1, squares_millionths=100)
    assert learnt == Dispersion.model_validate(learnt.to_api())
