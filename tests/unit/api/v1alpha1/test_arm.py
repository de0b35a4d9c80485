"""What is stored of a group of requests."""

from __future__ import annotations

from trainyard.api.v1alpha1.arm import Arm


def test_without_a_request_there_is_no_interval() -> None:
    """Null says so, no number does."""
    found = Arm(name="Matched").to_api()
    assert {"name": "Matched", "requests": 0, "errors": 0, "within": []} == found
