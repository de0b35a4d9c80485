"""What does a gate say, and of what does it judge?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trainyard.api.measures import Measured
from trainyard.api.v1alpha1.model_version import GateOutcome


@dataclass(frozen=True, slots=True)
class ChampionEvidence:
    """What is known of the champion."""

    metrics: Mapping[str, str] | None = None
    """Its own results on the version's test rows."""
    absent: str = ""
    """Why there is no champion to compare with."""
    error: str = ""
    """Why it could not be measured."""
    measures: Mapping[str, Measured] = field(default_factory=dict)
    """What gates ask of the two side by side, by the key of the request."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that gates judge a version by."""

    metrics: Mapping[str, str]
    """What it reached on its test rows."""
    champion: ChampionEvidence | None = None
    """None: the champion has not been measured on these rows so far."""
    measures: Mapping[str, Measured] = field(default_factory=dict)
    """What gates ask for beyond the metrics, by the key of the request."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one gate says, with numbers."""

    outcome: GateOutcome
    message: str


def passed(message: str) -> Judgement:
    """Return that the version fulfils it."""
    return Judgement(GateOutcome.PASSED, message)


def failed(message: str) -> Judgement:
    """Return that the version does not fulfil it."""
    return Judgement(GateOutcome.FAILED, message)


def pending(message: str) -> Judgement:
    """Return that the evidence is not there yet."""
    return Judgement(GateOutcome.PENDING, message)
