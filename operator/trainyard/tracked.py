"""What a tracker of experiments is to hold of a TrainingJob: its runs and accepted versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

CHAMPION = "champion"
"""Alias of the version that serves."""
CHALLENGER = "challenger"
"""Alias of the version that is being released."""


class RunState(StrEnum):
    """How far a run is."""

    RUNNING = "Running"
    FINISHED = "Finished"
    FAILED = "Failed"
    KILLED = "Killed"
    """It was ended before its time."""


@dataclass(frozen=True, slots=True)
class TrackedTrial:
    """One trial of a search."""

    trial: int
    score: float | None
    """None: it has failed."""
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """A run as it is now."""

    number: int
    """Its place among all that is to be recorded of the TrainingJob."""
    id: str
    """Unique among all runs of all clusters."""
    name: str
    experiment: str
    state: RunState
    started_at: datetime
    ended_at: datetime | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    objective: str = ""
    """By what its trials are compared."""
    trials: tuple[TrackedTrial, ...] = ()
    """Those that have ended."""


@dataclass(frozen=True, slots=True)
class TrackedVersion:
    """An accepted version, and what it is at present."""

    number: int
    """See TrackedRun."""
    id: str
    """Unique among the versions of the model."""
    model: str
    experiment: str
    run_id: str
    """Which run gave it."""
    source: str
    """Where its files are."""
    aliases: tuple[str, ...] = ()
    """Each of them belongs to one version of the model at a time."""
    tags: Mapping[str, str] = field(default_factory=dict)


Tracked = TrackedRun | TrackedVersion
