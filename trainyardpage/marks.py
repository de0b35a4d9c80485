"""How is an outcome shown, so that colour is never all that tells?"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from trainyardctl.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign, a word, and the class that colours both."""

    sign: str
    word: str
    style: str


MARKS = MappingProxyType(
    {
        Outcome.FAILED: Mark("✖", "failed", "failed"),
        Outcome.WAITS_FOR_YOU: Mark("‖", "waits for you", "waits"),
        Outcome.UNDER_WAY: Mark("◌", "under way", "moving"),
        Outcome.SETTLED: Mark("✔", "settled", "settled"),
        Outcome.NOT_FOUND: Mark("·", "nothing yet", "nothing"),
    }
)
"""Whoever needs a person first."""
