"""The conditions and the one line that tell people how the deployment is."""

from __future__ import annotations

from collections.abc import Iterator

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.conditions import Finding, merge_conditions, shorten
from trainyard.model_deployments.monitoring.smoke_test import answering
from trainyard.model_deployments.notifications import delivered
from trainyard.model_deployments.rollout.admission import obstacle, quarantine_of, wanted_revision
from trainyard.model_deployments.rollout.deadlines import WAITS_FOR_PEOPLE
from trainyard.model_deployments.rollout.emergencies import cannot_start
from trainyard.model_deployments.source import NotWanted
from trainyard.model_deployments.view import Turn, View
from trainyard.ownership import REVISION
from trainyard.requests import acting_now

WHY = 500


def reported(view: View, turn: Turn) -> Turn:
    """Return the status with conditions, summary and what `scale` reads."""
    status = turn.status
    findings = (
        _ready(view, status),
        *_source(view),
        _rolled_out(view, status),
        *_under_way(view, status),
        *_suspended(view, status),
        *_route(view, status),
    )
    generation = view.resource.metadata.generation
    stable = status.stable
    workload = view.observed.workload(stable.revision) if stable is not None else None
    return turn.changed(
        observed_generation=generation,
        conditions=merge_conditions(
            view.resource.status.conditions,
            (*findings, *delivered(status)),
            generation=generation,
            now=view.now,
        ),
        why=shorten(_why(findings, status), WHY),
        replicas=workload.pods if workload is not None else 0,
        selector=f"{REVISION}={stable.revision}" if stable is not None else "",
    )


def _ready(view: View, status: ModelDeploymentStatus) -> Finding:
    revision = answering(view.resource.spec, status)
    if revision is None:
        return Finding("Ready", False, *_nothing_serves(view, status))
    workload = view.observed.workload(revision.revision)
    smoke_test = status.smoke_test
    if not workload.ready:
        why = f"no pod of {revision.revision} is ready; {workload.message}".removesuffix("; ")
        return Finding("Ready", False, Reason.NOT_READY, why)
    if (closed := _no_way_in(view)) is not None:
        return closed
    name = view.resource.metadata.name
    if smoke_test is None or (not smoke_test.answered and not smoke_test.message):
        why = "; ".join(
            ["no prediction was made yet", *(f.message for f in _awaited_route(view, status))]
        )
        return Finding("Ready", False, Reason.PREDICTION_PENDING, why)
    if not smoke_test.answered:
        why = f"a prediction through Service {name}: {smoke_test.message}"
        return Finding("Ready", False, Reason.PREDICTION_FAILED, why)
    why = f"a prediction through Service {name} was answered by {smoke_test.revision}"
    return Finding("Ready", True, Reason.SERVING, why)


def _no_way_in(view: View) -> Finding | None:
    """Return why no request can reach a pod that is ready, or None."""
    if not view.observed.carrier.service_exists:
        name = view.resource.metadata.name
        why = f"there is no Service {name} of this deployment; where Stalled is True it says why"
        return Finding("Ready", False, Reason.PREDICTION_PENDING, why)
    if view.observed.carrier.service_routed and not view.observed.carrier.ready:
        why = f"no router is ready; {view.observed.carrier.trouble}".removesuffix("; ")
        return Finding("Ready", False, Reason.NOT_READY, why)
    return None


def _nothing_serves(view: View, status: ModelDeploymentStatus) -> tuple[Reason, str]:
    source = view.observed.source
    if status.canary is not None:
        why = status.rollout.why if status.rollout is not None else ""
        return Reason.STARTING, f"{status.canary.revision}: {why}"
    if isinstance(source, NotWanted):
        return source.reason, source.message
    return Reason.NOT_READY, "no version serves"


def _source(view: View) -> Iterator[Finding]:
    """The source's own trouble is a condition of its own: it never touches what serves."""
    source = view.observed.source
    if isinstance(source, NotWanted):
        yield Finding("SourceReady", False, source.reason, source.message)
    else:
        found = f"{source.model_version or 'the version'} is {source.bundle_digest}"
        yield Finding("SourceReady", True, Reason.ACCEPTED, found)


def _rolled_out(view: View, status: ModelDeploymentStatus) -> Finding:
    wanted = wanted_revision(view, status)
    rollout = status.rollout
    if rollout is not None:
        reason = _rollout_reason(rollout.phase)
        return Finding("RolledOut", False, reason, f"{rollout.revision}: {rollout.why}")
    if wanted is None:
        source = view.observed.source
        reason = source.reason if isinstance(source, NotWanted) else Reason.NO_VERSION_YET
        message = source.message if isinstance(source, NotWanted) else ""
        return Finding("RolledOut", None, reason, message)
    if status.stable is not None and status.stable.revision == wanted.revision:
        return Finding("RolledOut", True, Reason.ROLLED_OUT, f"{wanted.revision} has all requests")
    return Finding("RolledOut", False, *_not_started(view, status, wanted.revision))


def _not_started(view: View, status: ModelDeploymentStatus, wanted: str) -> tuple[Reason, str]:
    entry = quarantine_of(status, wanted)
    if entry is not None:
        way = acting_now(f"unquarantine@{entry.bundle_digest}", status.last_request)
        release = f"{way} lets it try again"
        return Reason.QUARANTINED, f"{wanted} is in quarantine: {entry.message}; {release}"
    retry = status.retry
    if retry is not None and retry.revision == wanted:
        again = f"again at {retry.retry_at:%Y-%m-%dT%H:%M:%SZ}"
        return (
            Reason.RETRYING,
            f"{wanted} was taken back {retry.failures} ×, {again}: {retry.message}",
        )
    if view.resource.spec.suspend:
        return Reason.SUSPENDED, f"{wanted} waits: spec.suspend is true"
    if status.waiting is not None:
        return Reason.STARTING, f"{wanted} starts when the pods of an older version are gone"
    revision = wanted_revision(view, status)
    found = obstacle(view, revision) if revision is not None else None
    return found or (Reason.STARTING, f"{wanted} is about to start")


def _rollout_reason(phase: str) -> Reason:
    return {
        "Paused": Reason.PAUSED,
        "AwaitingApproval": Reason.AWAITING_APPROVAL,
        "Inconclusive": Reason.INCONCLUSIVE,
        "Starting": Reason.STARTING,
    }.get(phase, Reason.ROLLING_OUT)


def _under_way(view: View, status: ModelDeploymentStatus) -> Iterator[Finding]:
    """Say what stalls, else that a first version is on its way.

    A rollout beside a version that serves is neither: whoever waits for `Ready`, or for kstatus,
    must not wait for its days.
    """
    stalled = _what_stalls(view, status)
    rollout = status.rollout
    if stalled is not None:
        yield Finding("Stalled", True, *stalled)
    elif rollout is not None and status.stable is None:
        why = f"{rollout.revision}: {rollout.why}"
        yield Finding("Reconciling", True, _rollout_reason(rollout.phase), why)


def _what_stalls(view: View, status: ModelDeploymentStatus) -> tuple[Reason, str] | None:
    """Return what nothing but a person, or another version, ends."""
    rollout, wanted = status.rollout, wanted_revision(view, status)
    if rollout is not None and rollout.phase == "Inconclusive":
        return Reason.INCONCLUSIVE, rollout.why
    if rollout is not None and status.stable is None:
        return cannot_start(view.observed.workload(rollout.revision), rollout, view.now)
    if rollout is not None or wanted is None:
        return None
    is_stable = status.stable is not None and status.stable.revision == wanted.revision
    if not is_stable and quarantine_of(status, wanted.revision) is not None:
        return _not_started(view, status, wanted.revision)
    return obstacle(view, wanted)


def _suspended(view: View, status: ModelDeploymentStatus) -> Iterator[Finding]:
    rollout = status.rollout
    if view.resource.spec.suspend:
        yield Finding("Suspended", True, Reason.SUSPENDED, "spec.suspend is true: nothing moves")
    elif rollout is not None and rollout.phase in WAITS_FOR_PEOPLE:
        yield Finding("Suspended", True, _rollout_reason(rollout.phase), rollout.why)


def _awaited_route(view: View, status: ModelDeploymentStatus) -> Iterator[Finding]:
    """Say what a first version waits for: a prediction is made when the route is taken."""
    yield from (finding for finding in _route(view, status) if finding.status is not True)


def _route(view: View, status: ModelDeploymentStatus) -> Iterator[Finding]:
    """Say whether requests that come through Gateways are split, where it is for them to do it."""
    carrier, name = view.observed.carrier, view.resource.metadata.name
    if not carrier.told or not status.routing_generation:
        return
    if refusal := carrier.refusal(view.now):
        yield Finding("RouteAccepted", False, Reason.TRAFFIC_UNSUPPORTED, refusal)
    elif carrier.refused:
        why = f"{carrier.refused}: it is there, and its controller has a moment to see it"
        yield Finding("RouteAccepted", None, Reason.ROUTE_PENDING, why)
    elif not carrier.accepted:
        parents = view.resource.spec.traffic.gateway
        of = ", ".join(p.name for p in parents.parent_refs) if parents is not None else ""
        why = (
            f"no answer yet of every Gateway of spec.traffic.gateway ({of}) to HTTPRoute {name}:"
            " is it there, does it allow routes from this namespace, and does its controller run?"
            " `kubectl get gateways -A` tells; traffic.mode Router needs none"
        )
        yield Finding("RouteAccepted", None, Reason.ROUTE_PENDING, why)
    else:
        yield Finding("RouteAccepted", True, Reason.ROUTE_ACCEPTED, f"HTTPRoute {name} is taken")


def _why(findings: tuple[Finding, ...], status: ModelDeploymentStatus) -> str:
    """Return the state in one line: what stalls or moves, what is wrong, or what serves."""
    stalled = next((f.message for f in findings if f.type == "Stalled"), None)
    if stalled is not None:
        return stalled
    if status.rollout is not None:
        return status.rollout.why
    for finding in findings:
        # While another version serves, one that is still being made is nothing wrong.
        ordinary = finding.reason is Reason.NO_VERSION_YET and finding.type != "Ready"
        if finding.status is False and not ordinary:
            return finding.message
    if status.signals:
        return "; ".join(f"{signal.kind}: {signal.message}" for signal in status.signals)
    stable = status.stable
    return f"serves {stable.model_version or stable.bundle_digest}" if stable is not None else ""
