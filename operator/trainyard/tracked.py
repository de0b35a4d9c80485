"""What a tracker is to hold of an object: its runs, and the versions that they gave."""

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
class TrackedData:
    """A version of what a run reads or gives."""

    name: str
    """Unique within the place of the run; or an address, which is unique everywhere."""
    version: str
    """Its digest; "": none is known."""
    source: str = ""
    """Where its files are, or were read from; "": that is not known."""
    rows: int | None = None
    bytes: int | None = None
    columns: tuple[tuple[str, str], ...] = ()
    """Name and type of each column that is declared."""


@dataclass(frozen=True, slots=True)
class TrackedCode:
    """Of which code the image of a run says that it is made."""

    revision: str
    source: str = ""
    """The address of the repository."""


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
    """Its place among all that is to be recorded of the object."""
    id: str
    """Unique among all runs of all clusters."""
    name: str
    state: RunState
    started_at: datetime
    experiment: str = ""
    """Of MLflow, which holds runs of TrainingJobs alone."""
    ended_at: datetime | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    objective: str = ""
    """By what its trials are compared."""
    trials: tuple[TrackedTrial, ...] = ()
    """Those that have ended."""
    place: str = ""
    """Separates what has the same name in another installation or namespace."""
    job: str = ""
    """What runs: a TrainingJob, or another kind and its name."""
    job_type: str = "TRAINING"
    why: str = ""
    """Why it is not finished, or has failed."""
    reads: tuple[TrackedData, ...] = ()
    gives: TrackedData | None = None
    code: TrackedCode | None = None


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
    place: str = ""
    """See TrackedRun."""
    gives: TrackedData | None = None
    """The model, as the run names what it gives."""


LINEAGE = "openlineage/"
"""Before the name of a server that takes events of OpenLineage; all others are MLflow's."""

Tracked = TrackedRun | TrackedVersion
