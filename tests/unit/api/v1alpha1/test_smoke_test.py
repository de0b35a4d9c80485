"""A prediction is recorded with the decision that it was made after."""

from __future__ import annotations

from trainyard.api.v1alpha1.smoke_test import SmokeTest


def test_what_is_recorded_is_read_again() -> None:
    """As it was written."""
    found = SmokeTest(routing_generation=3, revision="r", answered=False, message="no answer")
    assert found == SmokeTest.model_validate(found.to_api())
