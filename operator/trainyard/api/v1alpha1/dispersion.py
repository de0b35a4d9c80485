"""How unevenly do errors come at the stable version?"""

from __future__ import annotations

from trainyard.api.base import ApiModel


class Dispersion(ApiModel):
    """How unevenly errors come at the stable version, learnt in rollouts; as integers."""

    intervals: int = 0
    requests: int = 0
    errors: int = 0
    squares_millionths: int = 0
    """Sum over the intervals of errors² / requests, in millionths."""
