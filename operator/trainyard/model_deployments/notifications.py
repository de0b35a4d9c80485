"""Who is still to be told of which decision, and what the status says of it."""

from __future__ import annotations

from collections.abc import Iterator

from trainyard.api.base import HistoryEntry
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.api.v1alpha1.notify import DeliveryState, NotifiedDecision, Notify
from trainyard.conditions import Finding, shorten
from trainyard.delivery import Delivery, Outgoing
from trainyard.model_deployments.view import Turn, View
from trainyard.notifications.notification import Notification, notification_of
from trainyard.receivers import Receivers


def outgoing_notifications(
    resource: ModelDeployment, receivers: Receivers
) -> Iterator[Outgoing[Notification]]:
    """Yield what each receiver is to be told of the history as it is stored."""
    known, status = receivers.known_in(resource.metadata.namespace), resource.status
    for notify in resource.spec.notify:
        receiver, state = known.get(notify.receiver), _state_of(status, notify)
        if receiver is not None and state is not None:
            told = _to_be_told(status, notify, state.delivered)
            form = receiver.format
            notifications = tuple(notification_of(resource, entry, form) for entry in told)
            yield Outgoing(notify.receiver, state.delivered, notifications)


def with_deliveries(view: View, turn: Turn) -> Turn:
    """Return the status with what arrived; a new receiver is told of what is decided from now on.

    What it is not to be told counts as delivered at once, what leaves the history before it
    arrives as lost.
    """
    known = view.observed.installation.receivers.known_in(view.resource.metadata.namespace)
    states = []
    for notify in view.resource.spec.notify:
        state = _state_of(turn.status, notify)
        if state is None:
            before = max((entry.number for entry in view.resource.status.history), default=0)
            state = DeliveryState(receiver=notify.receiver, delivered=before)
        if notify.receiver in known:
            state = _told(state, view.observed.deliveries.get(notify.receiver, Delivery(0)))
        else:
            names = ", ".join(known) or "none"
            why = f"the installation has no such receiver for this namespace, it has: {names}"
            state = state.model_copy(update={"why": shorten(why, 500)})
        states.append(_caught_up(turn.status, notify, state))
    return turn.changed(notifications=tuple(states))


def delivered(status: ModelDeploymentStatus) -> Iterator[Finding]:
    """Yield the condition that says whether people are told, where somebody is to be told."""
    silent = next((state for state in status.notifications if state.why), None)
    if silent is not None:
        why = f"receiver {silent.receiver}: {silent.why}"
        yield Finding("Notified", False, Reason.NOT_DELIVERED, why)
    elif status.notifications:
        yield Finding("Notified", True, Reason.DELIVERED, "every receiver takes what it is told")


def _told(state: DeliveryState, delivery: Delivery) -> DeliveryState:
    learnt = {"failing_since": delivery.failing_since, "why": shorten(delivery.why, 500)}
    number = max(state.delivered, delivery.delivered)
    return state.model_copy(update=learnt | {"delivered": number})


def _caught_up(
    status: ModelDeploymentStatus, notify: Notify, state: DeliveryState
) -> DeliveryState:
    """Return the state without what has left the history, and what it is not to be told."""
    numbers = [entry.number for entry in status.history if entry.number]
    if not numbers:
        return state
    lost = max(0, min(numbers) - 1 - state.delivered)
    waiting = _to_be_told(status, notify, state.delivered + lost)
    done = min((entry.number for entry in waiting), default=max(numbers) + 1) - 1
    return state.model_copy(
        update={"delivered": max(state.delivered, done), "lost": state.lost + lost}
    )


def _to_be_told(
    status: ModelDeploymentStatus, notify: Notify, after: int
) -> tuple[HistoryEntry, ...]:
    told = notify.on or tuple(NotifiedDecision)
    return tuple(e for e in status.history if e.number > after and e.reason in told)


def _state_of(status: ModelDeploymentStatus, notify: Notify) -> DeliveryState | None:
    return next((s for s in status.notifications if s.receiver == notify.receiver), None)
