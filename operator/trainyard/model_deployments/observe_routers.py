"""What the routers are asked in a pass, and what they say."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trainyard.api.v1alpha1.model_deployment import ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.clients.scraping import ScrapeFailed, Scraper
from trainyard.model_deployments.analysis.samples import ROUTER
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.rollout.in_force import next_to_serve
from trainyard.model_deployments.traffic.carrier import RouterPod
from trainyard.model_deployments.traffic.envoy import (
    CONNECTIONS,
    CONNECTIONS_PATH,
    DECISION_PATH,
    HEALTHY_PODS,
    REACH_PATH,
    STATS_PORT,
    USERS,
    decision_of,
)
from trainyard.model_deployments.traffic.in_force import routers_are_leaving
from trainyard.model_deployments.traffic.modes import mode_of


@dataclass(frozen=True, slots=True)
class RouterQuestions:
    """What each router is asked."""

    decision: bool = False
    """Which decision is in force."""
    reach: bool = False
    """Whom it reaches."""
    connections: bool = False
    """How many users are connected."""


def router_questions(
    spec: ModelDeploymentSpec, status: ModelDeploymentStatus, seen: Observed
) -> RouterQuestions:
    """Return what is to be known: which decision is in force, until all report the newest; whom
    they reach, before a revision gets its first request; who is connected, before they go.
    """
    carrier = seen.carrier
    if not status.routing_generation or not carrier.pods:
        return RouterQuestions()
    applied = status.routing_applied_at is not None
    connections = applied and routers_are_leaving(spec, status, carrier)
    if not mode_of(spec).reporters(carrier):
        return RouterQuestions(connections=connections)
    first = next_to_serve(spec, status, seen) is not None
    return RouterQuestions(
        decision=not applied or carrier.awaits_routers,
        reach=first or (carrier.awaits_routers and not applied),
        connections=connections,
    )


async def asked_router(
    scraper: Scraper, questions: RouterQuestions, pod: RouterPod, address: str
) -> RouterPod:
    """Return the router with its answers; one that does not serve is not asked."""
    if not pod.ready or not address:
        return pod
    base = f"http://{address}:{STATS_PORT}"
    if questions.decision:
        pod = replace(pod, reports=await _decision(scraper, f"{base}{DECISION_PATH}"))
    if questions.reach:
        pod = replace(pod, reaches=await _reached(scraper, f"{base}{REACH_PATH}"))
    if questions.connections:
        pod = replace(pod, connections=await _connections(scraper, f"{base}{CONNECTIONS_PATH}"))
    return pod


async def _decision(scraper: Scraper, url: str) -> int | None:
    try:
        return decision_of(await scraper.text(url))
    except ScrapeFailed:
        return None


async def _reached(scraper: Scraper, url: str) -> frozenset[str]:
    try:
        found = await scraper.samples(url, [HEALTHY_PODS])
    except ScrapeFailed:
        return frozenset()
    return frozenset(s.labels.get(ROUTER.revision, "") for s in found if s.value > 0)


async def _connections(scraper: Scraper, url: str) -> int | None:
    """Return how many; None where the page does not say: silence is no absence of users."""
    try:
        found = await scraper.samples(url, [CONNECTIONS])
    except ScrapeFailed:
        return None
    counted = [int(s.value) for s in found if USERS.items() <= s.labels.items()]
    return sum(counted) if counted else None
