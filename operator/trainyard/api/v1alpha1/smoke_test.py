"""What came of the last real prediction?"""

from __future__ import annotations

from trainyard.api.base import ApiModel, Name, Sentence


class SmokeTest(ApiModel):
    """The last real prediction through the Service."""

    routing_generation: int
    """After which traffic decision it was made."""
    revision: Name
    """Which stable revision was to answer it."""
    answered: bool
    message: Sentence = ""
