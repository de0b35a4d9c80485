"""What a ModelDeployment can find wrong with the version that serves."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from trainyard.api.base import ApiModel, Name, Sentence


class SignalKind(StrEnum):
    """What is wrong."""

    ERRORS = "Errors"
    QUALITY = "Quality"
    DRIFT = "Drift"
    FAIRNESS = "Fairness"


SignalId = Annotated[str, StringConstraints(max_length=160)]


class Signal(ApiModel):
    """Something is wrong with the stable version; gone when it is well or another is stable."""

    id: SignalId
    kind: SignalKind
    since: datetime
    message: Sentence = ""


class DriftBin(ApiModel):
    """Values of a column that are counted together."""

    holds: Annotated[str, StringConstraints(max_length=80)]
    """In words: `below 18`, `"north"`, `missing`."""
    training: Annotated[str, StringConstraints(max_length=16)]
    """Its share of the training data, in percent."""
    live: Annotated[str, StringConstraints(max_length=16)]
    """Its share of the window, in percent."""


class DriftedColumn(ApiModel):
    """A feature or a prediction whose live values are not those of the training."""

    name: Annotated[str, StringConstraints(max_length=253)]
    prediction: bool = False
    """True: a prediction; otherwise a feature."""
    windows: int
    """In how many windows in a row."""
    effect: Annotated[str, StringConstraints(max_length=16)]
    """Population stability index, beyond what chance alone gives."""
    why: Sentence = ""
    """The bins that moved most, with their shares of the training and of the window."""
    bins: Annotated[tuple[DriftBin, ...], Field(max_length=12)] = ()
    """Its bins; of more than twelve those that moved most."""


class DriftWindow(ApiModel):
    """The last window that was compared."""

    since: datetime
    until: datetime
    rows: int = 0
    """Rows that were counted."""
    columns: int = 0
    """Features and predictions that could be compared."""
    not_counted: int = 0
    """Features that the server does not count, because they have too many bins together."""
    drifted: Annotated[tuple[DriftedColumn, ...], Field(max_length=10)] = ()
    """Those that drifted, at most ten: longest first, then by effect."""


class MonitorState(ApiModel):
    """How one monitor stands."""

    kind: SignalKind
    revision: Name
    asked_at: datetime
    """When an answer last changed the counts; it is asked on without being written down."""
    measure: Annotated[str, StringConstraints(max_length=64)] = ""
    """Names what is judged, and by which bounds: another one is counted anew. Absent: it was
    counted before this was written down."""
    bad_in_a_row: int = 0
    good_in_a_row: int = 0
    why: Sentence = ""
    drift: DriftWindow | None = None
    """What the monitor of drift found last; None: it is another one, or had no window yet."""
