"""How many pods may be away is a number or a share, and never none."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from trainyard.api.v1alpha1.disruption import DisruptionBudget


@pytest.mark.parametrize("said", [1, 7, "1%", "25%", "100%"])
def test_a_number_or_a_share(said: int | str) -> None:
    """As in a PodDisruptionBudget."""
    assert said == DisruptionBudget.model_validate({"maxUnavailable": said}).max_unavailable


@pytest.mark.parametrize("said", [0, "0%", "101%", "half"])
def test_no_budget_stops_every_drain(said: int | str) -> None:
    """A node that can never be drained is never patched."""
    with pytest.raises(ValidationError):
        DisruptionBudget.model_validate({"maxUnavailable": said})
