"""How unevenly do errors come at the stable version?"""

from __future__ import annotations

from trainyard.api.base import ApiModel


class SplitDispersion(ApiModel):
    """How unevenly errors divide between both versions of a rollout; as integers."""

    intervals: int = 0
    """Those with errors."""
    failures: int = 0
    """Of both versions."""
    of_canary: int = 0
    squares_millionths: int = 0
    """Sum over the intervals of the canary's errors² / errors of both, in millionths."""


class Dispersion(ApiModel):
    """How unevenly errors come at the stable version, learnt in rollouts; as integers."""

    intervals: int = 0
    requests: int = 0
    errors: int = 0
    squares_millionths: int = 0
    """Sum over the intervals of errors² / requests, in millionths."""
    split: SplitDispersion | None = None
    """Absent: learnt before this was counted."""
