"""A query and the values that are good."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from trainyard.api.v1alpha1.prometheus_bounds import PrometheusBounds


def test_one_bound_is_enough() -> None:
    """The other side is open."""
    bounds = PrometheusBounds.model_validate({"query": "up", "min": "0.9"})
    assert ("0.9", None) == (bounds.min, bounds.max)


@pytest.mark.parametrize("query", ["", "q" * 2049])
def test_a_query_has_a_length(query: str) -> None:
    """Neither none nor a book."""
    with pytest.raises(ValidationError):
        PrometheusBounds.model_validate({"query": query, "min": "0"})
