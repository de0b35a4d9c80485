"""What exactly is asked of counters and queries in this pass."""

from __future__ import annotations

from datetime import datetime, timedelta

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.model_deployments.analysis.evidence import Arms
from trainyard.model_deployments.analysis.samples import ROUTER, ROUTER_OF_BOTH, SERVER
from trainyard.model_deployments.analysis.samples import Family as Metrics
from trainyard.model_deployments.counters import CountedPod, CounterQuestion
from trainyard.model_deployments.seen import Family, process_identity
from trainyard.model_deployments.signals import monitor_due, monitors
from trainyard.model_deployments.traffic.backend import SERVING_PORT
from trainyard.model_deployments.traffic.envoy import STATS_PATH, STATS_PORT


def counter_question(resource: ModelDeployment, family: Family) -> CounterQuestion:
    """Return the question for the counters of both versions: at the routers, else at the pods."""
    status = resource.status
    arms = (status.stable, status.canary)
    names = [r.revision if r is not None else "" for r in arms]
    routed = resource.spec.traffic.mode == "Router"
    pods = family.routers() if routed else family.servers(names)
    place = f"{STATS_PORT}{STATS_PATH}" if routed else f"{SERVING_PORT}/metrics"
    return CounterQuestion(
        namespace=resource.metadata.namespace,
        deployment=resource.metadata.name,
        family=_metrics(arms) if routed else SERVER,
        arms=Arms(stable=names[0], canary=names[1]),
        pods=tuple(
            CountedPod(
                name=pod["metadata"]["name"],
                identity=process_identity(pod),
                address=f"http://{(pod.get('status') or {}).get('podIP', '')}:{place}",
            )
            for pod in pods
        ),
        since=status.rollout.through if status.rollout is not None else None,
    )


def _metrics(arms: tuple[Revision | None, ...]) -> Metrics:
    """Return which counters of a router are compared."""
    return ROUTER_OF_BOTH if all(r is not None and r.grpc for r in arms) else ROUTER


def monitors_due(resource: ModelDeployment, now: datetime) -> dict[str, str]:
    """Return the queries of the monitors whose interval is over, by signal."""
    status = resource.status
    if status.stable is None:
        return {}
    due: dict[str, str] = {}
    for kind, monitor in monitors(resource):
        state = next((m for m in status.monitors if m.kind == kind), None)
        wait = monitor_due(status, kind, monitor) or timedelta()
        if (
            state is None
            or state.revision != status.stable.revision
            or now >= state.asked_at + wait
        ):
            due[kind] = monitor.prometheus.query
    return due
