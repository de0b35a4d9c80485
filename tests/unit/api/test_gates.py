"""Gates as users write them."""

from __future__ import annotations

import pytest

from trainyard.api.gates import HIGHER_IS_BETTER, LOWER_IS_BETTER, Direction, Gate, direction_of


@pytest.mark.parametrize(
    ("metric", "said", "expected"),
    [
        pytest.param("roc_auc", None, Direction.HIGHER, id="known to be better when higher"),
        pytest.param("rmse", None, Direction.LOWER, id="known to be better when lower"),
        pytest.param("refunds", "Lower", Direction.LOWER, id="said by the user"),
        pytest.param("own", None, Direction.HIGHER, id="nothing says so"),
    ],
)
def test_the_direction_of_a_metric(metric: str, said: str | None, expected: Direction) -> None:
    """A closed vocabulary, and the user's word for anything else."""
    gate = Gate.model_validate({"name": "g", "metric": metric, "min": "1", "direction": said})
    assert expected is direction_of(gate)


def test_no_metric_has_two_directions() -> None:
    """The vocabulary is consistent."""
    assert HIGHER_IS_BETTER.isdisjoint(LOWER_IS_BETTER)
