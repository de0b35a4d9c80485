"""Does a signal bring the version before back, and why not?"""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentStatus,
    RetiredRevision,
    Revision,
)
from trainyard.api.v1alpha1.monitoring import MonitoringSpec
from trainyard.api.v1alpha1.signals import Signal, SignalKind
from trainyard.model_deployments.rollout.admission import quarantine_of, started
from trainyard.model_deployments.rollout.moves import QUARANTINE_KEPT, quarantined
from trainyard.model_deployments.view import Turn, View
from trainyard.requests import acting_now

REMEMBERED = 20


def with_way_back(view: View, turn: Turn) -> Turn:
    """Return the status in which a signal whose action is Rollback had its effect, once.

    A rollout that is under way may be the cure, so its end is awaited.
    """
    spec = view.resource.spec
    for signal in turn.status.signals:
        if turn.status.rollout is not None or spec.suspend:
            return turn
        if _goes_back(spec.monitoring, signal.kind):
            turn = _acted(view, turn, signal)
    return turn


def _acted(view: View, turn: Turn, signal: Signal) -> Turn:
    status = turn.status
    stable, previous = status.stable, status.previous
    if stable is None:
        return turn
    failed = _is_under_way(status, stable, signal)
    refused = _refusal(view.resource.spec.monitoring, status, signal, failed=failed)
    if refused is not None or previous is None:
        what = f"{signal.kind} of {stable.revision} asks for the version before"
        return turn.noted_once(Reason.ROLLBACK_REFUSED, f"{what}: {refused}", warning=True)
    if previous.revision in status.leaving:
        return turn  # its pods are being removed, which takes seconds
    if failed:
        return _tried_again(view, turn, previous)
    return _sent_back(view, turn, stable, previous, signal)


def _is_under_way(status: ModelDeploymentStatus, stable: Revision, signal: Signal) -> bool:
    """Tell whether the signal sent the stable version back and the cluster did not let it go: it is
    in quarantine and serves, which nobody else decides.
    """
    quarantined_itself = quarantine_of(status, stable.revision) is not None
    return quarantined_itself and signal.id in status.rolled_back_signals


def _tried_again(view: View, turn: Turn, previous: RetiredRevision) -> Turn:
    retry = turn.status.retry
    if retry is not None and retry.revision == previous.revision and view.now < retry.retry_at:
        return turn
    return started(view, turn, _record_of(previous), readiness_only=True)


def _goes_back(spec: MonitoringSpec, kind: SignalKind) -> bool:
    asked = {SignalKind.ERRORS: spec.errors, SignalKind.QUALITY: spec.quality}.get(kind)
    return asked is not None and asked.action == "Rollback"


def _refusal(
    spec: MonitoringSpec, status: ModelDeploymentStatus, signal: Signal, *, failed: bool
) -> str | None:
    """Return why the version before must not come back, or None; `failed`: it was to do so and
    could not start.

    It has to be known as better by the very measure that is bad now; what is unknown is no
    evidence.
    """
    previous = status.previous
    if not failed and signal.id in status.rolled_back_signals:
        return "it did so before, and somebody let this version in again"
    if previous is None:
        return "no version was stable before this one"
    entry = quarantine_of(status, previous.revision)
    if entry is not None:
        return f"{previous.revision} is in quarantine itself: {entry.message}"
    compared = (
        signal.kind is SignalKind.ERRORS
        and spec.errors is not None
        and spec.errors.against_previous is not None
    )
    if not failed and not compared and signal.kind not in previous.good:
        return f"no good value is known of {previous.revision}; undo@<revision> goes back anyway"
    return None


def _sent_back(
    view: View, turn: Turn, stable: Revision, previous: RetiredRevision, signal: Signal
) -> Turn:
    entry = quarantined(view, stable, Reason.ROLLED_BACK, f"{signal.kind}: {signal.message}")
    others = tuple(e for e in turn.status.quarantine if e.revision != stable.revision)
    after = turn.changed(
        quarantine=(*others, entry)[-QUARANTINE_KEPT:],
        rolled_back_signals=(*turn.status.rolled_back_signals, signal.id)[-REMEMBERED:],
    )
    way = acting_now(f"unquarantine@{stable.bundle_digest}", turn.status.last_request)
    message = (
        f"{stable.revision} is quarantined and {previous.revision} comes back, for the signal"
        f" {signal.kind}: {signal.message}; {way} lets it try again"
    )
    after = after.noted(Reason.ROLLED_BACK, message, warning=True)
    return started(view, after, _record_of(previous), readiness_only=True)


def _record_of(previous: RetiredRevision) -> Revision:
    return Revision(**previous.model_dump(include=set(Revision.model_fields)))
