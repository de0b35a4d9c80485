"""The monitor `drift`: live values of the stable revision beside those of its training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trainyard.api.v1alpha1.drift_monitor import DriftMonitor as DriftSpec
from trainyard.api.v1alpha1.signals import (
    DriftBin,
    DriftedColumn,
    DriftWindow,
    MonitorState,
    SignalKind,
)
from trainyard.conditions import shorten
from trainyard.model_deployments.analysis.bin_words import ComparedBin
from trainyard.model_deployments.analysis.binned_columns import BinReading, BinWindow
from trainyard.model_deployments.analysis.drift import DriftFinding, drift_in
from trainyard.model_deployments.monitoring.monitor import (
    Level,
    MonitorAnswer,
    MonitorQuestion,
    level_of,
)

LOOKS = 24
"""So many looks at the servers in a window: a pod that goes takes with it what came since."""
QUICKEST = timedelta(minutes=5)
KEPT = 10
NAMED = 3


@dataclass(frozen=True, slots=True)
class DriftMonitor:
    """See Monitor: a column that drifts so many windows in a row raises the signal, as many
    windows without any clear it. Windows without evidence do neither.
    """

    spec: DriftSpec
    signal: SignalKind = SignalKind.DRIFT

    @property
    def measure(self) -> str:
        """See Monitor.measure: what is ignored or small by now leaves with the next window."""
        return "drift"

    @property
    def window(self) -> timedelta:
        """How long values are counted."""
        return timedelta(seconds=self.spec.window_seconds)

    @property
    def step(self) -> timedelta:
        """How often the servers are read meanwhile."""
        return min(self.window, max(self.window / LOOKS, QUICKEST))

    def wanted(self, state: MonitorState | None, now: datetime) -> MonitorQuestion | None:
        """See Monitor.wanted: who is asked knows whether it is time for a look."""
        if state is None:
            return BinWindow(since=None, until=now, step=self.step)
        return BinWindow(since=state.asked_at, until=state.asked_at + self.window, step=self.step)

    def again(self, state: MonitorState, now: datetime, *, answered: bool) -> datetime:  # noqa: ARG002
        """See Monitor.again: counters are looked at whether or not a window is over."""
        return min(now + self.step, state.asked_at + self.window)

    def folded(self, state: MonitorState, answer: MonitorAnswer, now: datetime) -> MonitorState:
        """See Monitor.folded: the end of a window is the beginning of the next."""
        if not isinstance(answer, BinReading):
            return state.model_copy(update={"why": shorten(answer.why, 500)})
        spec = self.spec
        finding = drift_in(answer, spec.min_rows, float(spec.min_effect), spec.ignore)
        drifted = tuple(_column_states(finding, state.drift)) if finding.compared else ()
        bad, good = state.bad_in_a_row, state.good_in_a_row
        if not finding.compared:
            drifted = state.drift.drifted if state.drift is not None else ()
        elif drifted:
            bad, good = min(max(d.windows for d in drifted), spec.windows), 0
        else:
            bad, good = 0, min(good + 1, spec.windows)
        window = DriftWindow(
            since=state.asked_at,
            until=now,
            rows=finding.rows,
            columns=finding.compared,
            not_counted=answer.reference.not_counted,
            drifted=drifted[:KEPT],
        )
        learnt = {"bad_in_a_row": bad, "good_in_a_row": good, "asked_at": now, "drift": window}
        why = finding.why or _sentence(finding, drifted)
        return state.model_copy(update=learnt | {"why": shorten(why, 450)})

    def level(self, state: MonitorState) -> Level:
        """See Monitor.level."""
        return level_of(state, self.spec.windows)


def _column_states(finding: DriftFinding, before: DriftWindow | None) -> Sequence[DriftedColumn]:
    """Return the columns with how long they have drifted, longest first."""
    known = {(d.prediction, d.name): d.windows for d in before.drifted} if before else {}
    states = [
        DriftedColumn(
            name=shorten(found.column.name, 253),
            prediction=found.column.prediction,
            windows=known.get((found.column.prediction, shorten(found.column.name, 253)), 0) + 1,
            effect=f"{found.effect:.2f}",
            why=shorten(found.why, 500),
            bins=tuple(
                DriftBin(holds=b.holds, training=b.training, live=b.live) for b in found.bins
            ),
        )
        for found in finding.drifted
    ]
    return sorted(states, key=lambda d: -d.windows)


def _bin(found: ComparedBin) -> DriftBin:
    return DriftBin(holds=shorten(found.holds, 80), training=found.training, live=found.live)


def _sentence(finding: DriftFinding, drifted: Sequence[DriftedColumn]) -> str:
    over = f"{finding.compared} columns over {finding.rows} rows"
    if not drifted:
        return f"none of {over} drifted"
    named = [f"{d.name} {d.why} (effect {d.effect})" for d in drifted[:NAMED]]
    more = [f"{len(drifted) - NAMED} more"] if len(drifted) > NAMED else []
    return f"{len(drifted)} of {over} drifted: {'; '.join([*named, *more])}"
