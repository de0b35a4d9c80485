"""When to look again although nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.model_deployments.monitoring.monitors import declared_monitors, state_of
from trainyard.model_deployments.monitoring.smoke_test import answering
from trainyard.model_deployments.revision.identity import kept_revisions
from trainyard.model_deployments.rollout.deadlines import deadline, elapsed, seconds
from trainyard.model_deployments.rollout.emergencies import CLUSTER_PATIENCE, NEVER_READY
from trainyard.model_deployments.rollout.image_refresh import next_refresh
from trainyard.model_deployments.rollout.in_force import next_to_serve
from trainyard.model_deployments.rollout.retiring import UNROUTED
from trainyard.model_deployments.rollout.steps import step_at
from trainyard.model_deployments.traffic.in_force import routers_are_leaving
from trainyard.model_deployments.view import Turn, View

AT_ONCE = timedelta(seconds=1)
SMOKE_TEST_AGAIN = timedelta(seconds=3)
CONNECTED_AGAIN = timedelta(seconds=5)
"""Until routers that are to go are asked again whether anybody is connected."""
CHECKED_AGAIN = timedelta(minutes=1)
"""Until it is tried again whether the API server refuses a forged Approval, and looked again at
what an event should have told."""


def again_after(view: View, turn: Turn) -> timedelta | None:
    """Return when the next thing is due that no event announces, or None."""
    due = min(_due(view, turn), default=None)
    return None if due is None else max(AT_ONCE, due - view.now)


def _due(view: View, turn: Turn) -> Iterator[datetime]:
    status, now = turn.status, view.now
    if status.routing_generation and status.routing_applied_at is None:
        yield now + (CHECKED_AGAIN if view.observed.carrier.told else AT_ONCE)
    doubted = view.observed.carrier.doubted_until
    if doubted is not None and doubted > now:
        yield doubted
    if next_to_serve(view.resource.spec, status, view.observed) is not None:
        yield now + _reached_again(view, status)
    yield from _leaving_due(view, status)
    if status.previous is not None and status.previous.warm_until is not None:
        yield status.previous.warm_until
    if status.retry is not None and status.retry.retry_at > now and status.rollout is None:
        yield status.retry.retry_at
    for revision in kept_revisions(status):
        creating = view.observed.workload(revision.revision).creating
        if creating is not None:
            yield creating.asked_again_at(now)
    yield from _join_due(status)
    refresh = next_refresh(view, status)
    if refresh is not None and refresh > now:
        yield refresh
    yield from _smoke_test_due(view, turn)
    yield from _monitors_due(view, turn)
    yield from (d.again_at for d in view.observed.deliveries.values() if d.again_at is not None)
    if status.rollout is not None and not view.resource.spec.suspend:
        yield from _rollout_due(view, status.rollout)


def _leaving_due(view: View, status: ModelDeploymentStatus) -> Iterator[datetime]:
    """Yield when what gets no requests may go, and when routers are asked again who is left."""
    if status.routing_applied_at is None:
        return
    gone = status.routing_applied_at + UNROUTED
    carrier = view.observed.carrier
    routers_leave = routers_are_leaving(view.resource.spec, status, carrier)
    if (status.leaving or routers_leave or carrier.leftovers) and view.now < gone:
        yield gone
    elif routers_leave:
        yield view.now + CONNECTED_AGAIN


def _join_due(status: ModelDeploymentStatus) -> Iterator[datetime]:
    join = status.label_join
    if join is not None and join.phase is TaskPhase.WAITING and join.retry_at is not None:
        yield join.retry_at


def _reached_again(view: View, status: ModelDeploymentStatus) -> timedelta:
    """Return when routers are asked again whom they reach; seldom where that took too long."""
    rollout = status.rollout
    if view.observed.carrier.told:
        return CHECKED_AGAIN
    waited = rollout is not None and rollout.phase == "Inconclusive"
    return seconds(view.resource.spec.analysis.interval_seconds) if waited else AT_ONCE


def _smoke_test_due(view: View, turn: Turn) -> Iterator[datetime]:
    status = turn.status
    revision = answering(view.resource.spec, status)
    if revision is None or not view.observed.workload(revision.revision).ready:
        return
    smoke_test = status.smoke_test
    if smoke_test is None or not smoke_test.answered:
        yield view.now + (
            SMOKE_TEST_AGAIN if smoke_test is not None and smoke_test.message else AT_ONCE
        )
    elif (smoke_test.routing_generation, smoke_test.revision) != (
        status.routing_generation,
        revision.revision,
    ):
        yield view.now + AT_ONCE


def _monitors_due(view: View, turn: Turn) -> Iterator[datetime]:
    status = turn.status
    if status.stable is None:
        return
    for monitor in declared_monitors(view.resource):
        state = state_of(status, monitor)
        if state is None:
            if monitor.wanted(None, view.now) is not None:
                yield view.now + AT_ONCE
        else:
            answered = monitor.signal in (view.observed.monitors or ())
            yield monitor.again(state, view.now, answered=answered)


def _approvals_due(view: View, rollout: RolloutStatus) -> Iterator[datetime]:
    """Yield when an approval expires, and when to ask again whether approvals are checked."""
    spec, seen = view.resource.spec.rollout.approvals, view.observed.approvals
    if spec is None or seen is None:
        return
    for approval in seen.approvals:
        made = approval.metadata.creation_timestamp
        if made is not None and made + seconds(spec.valid_for_seconds) > view.now:
            yield made + seconds(spec.valid_for_seconds)
    if rollout.phase == "AwaitingApproval" and seen.approvals and not seen.checked:
        yield view.now + CHECKED_AGAIN


def _rollout_due(view: View, rollout: RolloutStatus) -> Iterator[datetime]:
    spec, now = view.resource.spec, view.now
    if rollout.pause_requested:
        return
    if rollout.step and not rollout.readiness_only:
        interval = seconds(spec.analysis.interval_seconds)
        if view.observed.reading is not None:
            yield now + interval
        else:
            yield now if rollout.observed_until is None else rollout.observed_until + interval
    yield from _approvals_due(view, rollout)
    if rollout.phase in ("Paused", "Inconclusive", "AwaitingApproval"):
        return
    step = step_at(spec, rollout.step)
    began = now - elapsed(rollout, now)
    later = [
        began + deadline(spec, step) + AT_ONCE,
        began + seconds(spec.analysis.evidence_timeout_seconds) + AT_ONCE,
        rollout.step_started_at + CLUSTER_PATIENCE + AT_ONCE,
    ]
    if step is not None:
        later.append(rollout.step_started_at + seconds(step.min_seconds))
    unready = view.observed.workload(rollout.revision).unready_since
    if unready is not None:
        later.append(unready + NEVER_READY + AT_ONCE)
    yield from (moment for moment in later if moment > now)
