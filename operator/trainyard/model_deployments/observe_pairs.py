"""What both versions answered to the same requests, as their pods tell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.clients.answer_pages import AnswerPages, PageUnread
from trainyard.model_deployments.analysis.answer_pairs import Page, PairReading, page_in
from trainyard.model_deployments.owned_objects import OwnedObjects
from trainyard.model_deployments.traffic.mode import ANSWERS_PORT
from trainyard.objects import RawObject

MOST_PODS = 32
"""Of each version; with more of them fewer requests are paired."""
LONGEST_WAIT = 900
"""Seconds by which a look may come late."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every pod is asked."""

    window: str
    seconds: int


async def read_pairs(
    resource: ModelDeployment, rollout: RolloutStatus, owned: OwnedObjects, pages: AnswerPages
) -> PairReading:
    """Return the answers of the window that the status says is next: until what they come to is
    stored, the same answers are read again.
    """
    since = rollout.observed_until or rollout.step_started_at
    seconds = resource.spec.analysis.interval_seconds + LONGEST_WAIT
    asked = _Asked(f"{rollout.id} {since.isoformat()}", seconds)
    status = resource.status
    stable, canary = await asyncio.gather(
        *(_pages(_pods(owned, arm), asked, pages) for arm in (status.stable, status.canary))
    )
    unread = [found for found in (*stable, *canary) if isinstance(found, str)]
    more = f" and {len(unread) - 1} more" if len(unread) > 1 else ""
    return PairReading(
        stable=tuple(page for page in stable if not isinstance(page, str)),
        canary=tuple(page for page in canary if not isinstance(page, str)),
        why=f"{unread[0]}{more}" if unread else "",
    )


def _pods(owned: OwnedObjects, arm: Revision | None) -> list[RawObject]:
    found = owned.servers([arm.revision]) if arm is not None else []
    there = [pod for pod in found if (pod.get("status") or {}).get("podIP")]
    return sorted(there, key=lambda pod: str(pod["metadata"]["name"]))[:MOST_PODS]


async def _pages(
    pods: Sequence[RawObject], asked: _Asked, pages: AnswerPages
) -> tuple[Page | str, ...]:
    return tuple(await asyncio.gather(*(_page(pod, asked, pages) for pod in pods)))


async def _page(pod: RawObject, asked: _Asked, pages: AnswerPages) -> Page | str:
    """Return the page, or why it could not be read: the other pods still have pairs."""
    address = f"http://{pod['status']['podIP']}:{ANSWERS_PORT}"
    try:
        return page_in(await pages.read(address, asked.window, asked.seconds), asked.window)
    except (PageUnread, ValueError) as fault:
        return f"pod {pod['metadata']['name']}: {fault}"
