"""What a monitor of the stable version is."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from trainyard.api.v1alpha1.signals import MonitorState, SignalKind
from trainyard.conditions import shorten
from trainyard.model_deployments.analysis.binned_columns import BinReading, BinWindow
from trainyard.model_deployments.analysis.evidence import Answer, ErrorWindow, Reading
from trainyard.model_deployments.analysis.labelled import LabelledValue
from trainyard.model_deployments.analysis.queries import QueryAnswer

MonitorQuestion = str | BinWindow | ErrorWindow
"""A query for Prometheus, live values that the servers count, or requests that failed."""
ReadAnswer = QueryAnswer | BinReading | Reading
MonitorAnswer = ReadAnswer | LabelledValue
"""What was read for the monitor, or what labels say, which nobody is asked for."""


class Level(StrEnum):
    """What the evidence says about the signal."""

    RAISE = "Raise"
    CLEAR = "Clear"
    STAY = "Stay"


class Monitor(Protocol):
    """Watches one thing; its state is that of one stable revision."""

    @property
    def signal(self) -> SignalKind:
        """The signal that it raises."""
        ...

    @property
    def measure(self) -> str:
        """Names what it judges, and by which bounds: counts of another say nothing of it."""
        ...

    def wanted(self, state: MonitorState | None, now: datetime) -> MonitorQuestion | None:
        """Return the question that is due, or None; no state: nothing was asked about the
        revision.
        """
        ...

    def again(self, state: MonitorState, now: datetime, *, answered: bool) -> datetime:
        """Return when it asks next, having been answered in this pass or not."""
        ...

    def folded(self, state: MonitorState, answer: MonitorAnswer, now: datetime) -> MonitorState:
        """Return the state with the answer counted; the same state when nothing was learnt."""
        ...

    def level(self, state: MonitorState) -> Level:
        """Return whether the signal goes up, goes down, or stays as it is."""
        ...


def named(*judged: object) -> str:
    """Return a short name of what is judged: the first word, and a digest of everything."""
    digest = hashlib.sha256(repr(judged).encode()).hexdigest()
    return f"{judged[0]}-{digest[:12]}"


def in_a_row(
    state: MonitorState, answer: Answer, why: str, limit: int, now: datetime
) -> MonitorState:
    """Return the state with one more answer counted; what stays as it is, is not written again."""
    bad, good = state.bad_in_a_row, state.good_in_a_row
    if answer is Answer.FAIL:
        bad, good = min(bad + 1, limit), 0
    elif answer is Answer.PASS:
        bad, good = 0, min(good + 1, limit)
    if state.why and (bad, good) == (state.bad_in_a_row, state.good_in_a_row):
        return state
    learnt = {"bad_in_a_row": bad, "good_in_a_row": good, "asked_at": now}
    return state.model_copy(update=learnt | {"why": shorten(why, 500)})


def level_of(state: MonitorState, limit: int) -> Level:
    """Return the level after so many answers of one kind in a row."""
    if state.bad_in_a_row >= limit:
        return Level.RAISE
    return Level.CLEAR if state.good_in_a_row >= limit else Level.STAY
