"""When a TrainingJob runs again by itself: what the user says, and what was counted of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from trainyard.api.base import ApiModel, Digest, NameReference
from trainyard.api.v1alpha1.schedule import Schedule
from trainyard.api.v1alpha1.signals import SignalKind
from trainyard.api.v1alpha1.task import ShortText


class OnNewData(ApiModel):
    """Run when the Dataset has a new version."""

    min_new_rows: Annotated[int, Field(ge=0, le=10**12)] = 0
    """Only when it has at least this many rows more than the version trained on."""


class RetrainSchedule(Schedule):
    """Run by the clock, with the newest data."""

    when_unchanged: Literal["Skip", "Run"] = "Skip"
    """What happens when data and recipe are those of an earlier run: nothing, or one more run."""


class OnSignals(ApiModel):
    """Run when a ModelDeployment raises a signal."""

    model_deployment: NameReference
    """Whose signals."""
    signals: Annotated[tuple[SignalKind, ...], Field(max_length=len(SignalKind))] = ()
    """Which kinds of signals; empty: all."""


class RetrainLimits(ApiModel):
    """What keeps retraining from running away. First runs, changed recipes and requests pass."""

    cooldown_seconds: Annotated[int, Field(ge=0, le=10**8)] = 3600
    """How long after the last run's end the next one by itself may begin."""
    max_runs_per_day: Annotated[int, Field(ge=1, le=48)] = 4
    """How many runs by itself in any 24 hours."""
    max_failures_in_a_row: Annotated[int, Field(ge=1, le=20)] = 3
    """After so many retrains that came to nothing it stops until a person resets it."""


class Retrain(ApiModel):
    """When to run again by itself; every trigger is off unless named."""

    on_new_data: OnNewData | None = None
    """Run when the Dataset has a new version."""
    on_signals: Annotated[tuple[OnSignals, ...], Field(max_length=8)] = ()
    """Run when a ModelDeployment raises a signal."""
    schedule: RetrainSchedule | None = None
    """Run by the clock."""
    limits: RetrainLimits = RetrainLimits()
    """What keeps retraining from running away."""


class RefreshRequested(ApiModel):
    """A request that the Dataset answers by one refresh."""

    id: ShortText
    """Names the request: the signal that asked."""
    since: datetime


class LimitsState(ApiModel):
    """What the limits of retraining have counted."""

    failures_in_a_row: int = 0
    """Retrains since the last promotion that failed, were refused or rolled back, and
    requested data that was refused."""
    counted: Annotated[tuple[ShortText, ...], Field(max_length=40)] = ()
    """What was counted, each once."""
    promoted: Digest | None = None
    """The bundle whose promotion was seen last."""
    started: Annotated[tuple[datetime, ...], Field(max_length=48)] = ()
    """When retrains by itself began in the last 24 hours."""
