"""What keeps retraining from running away?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from trainyard.api.v1alpha1.retrain import LimitsState, RetrainLimits
from trainyard.api.v1alpha1.training_job_status import TrainingJobReason

DAY = timedelta(days=1)
_COUNTED_KEPT = 40
_STARTED_KEPT = 48


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a retrain has to wait."""

    reason: TrainingJobReason
    message: str
    until: datetime | None = None
    """When it is free again by time alone; None: something else has to happen."""


def blocked(
    limits: RetrainLimits, state: LimitsState, last_end: datetime | None, now: datetime
) -> Blocked | None:
    """Return what holds a retrain back now, or None when it may start."""
    if is_stopped(limits, state):
        text = f"{state.failures_in_a_row} retrains in a row came to nothing"
        return Blocked(TrainingJobReason.RETRAIN_STOPPED, text)
    cool = last_end + timedelta(seconds=limits.cooldown_seconds) if last_end else now
    if now < cool:
        text = f"cooldown until {_clock(cool)} ({limits.cooldown_seconds} s after the last run)"
        return Blocked(TrainingJobReason.RETRAIN_BLOCKED, text, cool)
    recent = sorted(moment for moment in state.started if now - moment < DAY)
    if len(recent) >= limits.max_runs_per_day:
        free = recent[-limits.max_runs_per_day] + DAY
        text = f"{len(recent)} retrains in 24 hours: the next may begin at {_clock(free)}"
        return Blocked(TrainingJobReason.RETRAIN_BLOCKED, text, free)
    return None


def is_stopped(limits: RetrainLimits, state: LimitsState) -> bool:
    """Tell whether so many retrains came to nothing that a person has to reset it."""
    return state.failures_in_a_row >= limits.max_failures_in_a_row


def started(state: LimitsState, now: datetime) -> LimitsState:
    """Return the state after one more retrain began."""
    recent = (*(moment for moment in state.started if now - moment < DAY), now)
    return state.model_copy(update={"started": recent[-_STARTED_KEPT:]})


def reset(state: LimitsState) -> LimitsState:
    """Return the state after a person reset it."""
    return state.model_copy(update={"failures_in_a_row": 0})


def counted(state: LimitsState, failures: Iterable[str], promoted: str | None) -> LimitsState:
    """Return the state with each failure counted once; only a promotion resets.

    `failures` are the ids of all that can be seen now; `promoted` is our current bundle where a
    deployment serves it as its stable version.
    """
    seen = tuple(sorted(set(failures)))
    new = [failure for failure in seen if failure not in state.counted]
    total = state.failures_in_a_row + len(new)
    if promoted is not None and promoted != state.promoted:
        total = 0
    return state.model_copy(
        update={
            "failures_in_a_row": total,
            "counted": seen[-_COUNTED_KEPT:],
            "promoted": promoted or state.promoted,
        }
    )


def _clock(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
