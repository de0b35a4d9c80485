"""What may be said of the routers."""

from __future__ import annotations

from trainyard.api.v1alpha1.traffic import TrafficSpec


def test_nothing_has_to_be_said() -> None:
    """Routers with the resources that the operator gives them."""
    found = TrafficSpec()
    assert ("Router", {}, {}) == (found.mode, found.resources.requests, found.resources.limits)
