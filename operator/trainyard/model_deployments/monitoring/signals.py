"""What is wrong with the stable version after its promotion: levels, not events."""

from __future__ import annotations

from collections.abc import Mapping

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.api.v1alpha1.signals import MonitorState, Signal, SignalKind
from trainyard.model_deployments.monitoring.label_monitor import label_answers
from trainyard.model_deployments.monitoring.monitor import Level, Monitor, MonitorAnswer
from trainyard.model_deployments.monitoring.monitors import (
    declared_monitors,
    is_of_another_measure,
    state_of,
)
from trainyard.model_deployments.view import Turn, View


def signal_id(resource: ModelDeployment, revision: str, kind: SignalKind) -> str:
    """Return the id: another stable revision or another deployment is another signal."""
    return f"{resource.metadata.uid}.{revision}.{kind}"


def good_monitors(status: ModelDeploymentStatus) -> tuple[SignalKind, ...]:
    """Return the monitors of the stable version whose last value was good, with no signal up."""
    up = {signal.kind for signal in status.signals}
    return tuple(m.kind for m in status.monitors if m.good_in_a_row and m.kind not in up)


def with_signals(view: View, turn: Turn) -> Turn:
    """Return the status with the answers of the monitors counted and signals up or down."""
    status = turn.status
    stable = status.stable
    declared = declared_monitors(view.resource) if stable is not None else ()
    states = (state_of(status, monitor) for monitor in declared)
    wanted = {
        signal_id(view.resource, stable.revision, m.signal)
        for m in declared
        if stable and not is_of_another_measure(status, m)
    }
    after = turn.changed(
        monitors=tuple(state for state in states if state is not None),
        signals=tuple(signal for signal in status.signals if signal.id in wanted),
    )
    for monitor in declared:
        after = _with_answer(view, after, monitor)
    return after


def _with_answer(view: View, turn: Turn, monitor: Monitor) -> Turn:
    status = turn.status
    answers: Mapping[SignalKind, MonitorAnswer] = label_answers(view.resource, status)
    answer = (view.observed.monitors or {}).get(monitor.signal) or answers.get(monitor.signal)
    if status.stable is None or answer is None:
        return turn
    state = state_of(status, monitor) or MonitorState(
        kind=monitor.signal, revision=status.stable.revision, asked_at=view.now
    )
    if state.measure != monitor.measure:
        state = state.model_copy(update={"measure": monitor.measure})
    state = monitor.folded(state, answer, view.now)
    others = tuple(m for m in status.monitors if m.kind != monitor.signal)
    return _levelled(view, turn.changed(monitors=(*others, state)), monitor.level(state), state)


def _levelled(view: View, turn: Turn, level: Level, state: MonitorState) -> Turn:
    signals = turn.status.signals
    id_ = signal_id(view.resource, state.revision, state.kind)
    is_up = any(s.id == id_ for s in signals)
    if not is_up and level is Level.RAISE:
        often = f", {state.bad_in_a_row} times in a row" if state.bad_in_a_row > 1 else ""
        message = f"{state.why}{often}"
        signal = Signal(id=id_, kind=state.kind, since=view.now, message=message)
        after = turn.changed(signals=(*signals, signal))
        sentence = f"{state.kind} of {state.revision}: {message}"
        return after.noted(Reason.SIGNAL_RAISED, sentence, warning=True)
    if is_up and level is Level.CLEAR:
        after = turn.changed(signals=tuple(s for s in signals if s.id != id_))
        sentence = f"{state.kind} of {state.revision} is good again: {state.why}"
        return after.noted(Reason.SIGNAL_CLEARED, sentence)
    return turn
