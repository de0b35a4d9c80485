"""What keeps the containers of a pod that has a node from being made: a volume, its sandbox?

The pod itself does not say it, only its Events do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from trainyard.conditions import shorten

CREATION = timedelta(seconds=30)
"""A pod that has a node for so long has containers, or its Events say why not."""
CREATION_FAULTS = frozenset({"FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"})
"""Reasons of the Events that say why no container is made."""
_BEING_MADE = frozenset({"ContainerCreating", "PodInitializing"})
_ELSEWHERE = (
    "Multi-Attach error",
    "volume node affinity conflict",
    "match PersistentVolume's node affinity",
    "ReadWriteOncePod",
)
"""By these words kubelet, scheduler and attach controller say that a volume is on another node."""
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Creating:
    """A pod that has a node and no container yet: volumes, network or sandbox are being made."""

    pod: str
    uid: str
    since: datetime

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether its Events are worth a request."""
        return now >= self.since + CREATION

    def asked_again_at(self, now: datetime) -> datetime:
        """Return when they are worth the next one."""
        return now + CREATION if self.is_overdue(now) else self.since + CREATION


@dataclass(frozen=True, slots=True)
class CreationFault:
    """Why no container is made. The kubelet tries again, and so it may mend."""

    message: str
    is_store_elsewhere: bool = False
    """The store is a claim that only one node can mount."""


def creating_of(pod: Mapping[str, Any]) -> Creating | None:
    """Return the pod as one that is being made; None: it has a container, or no node."""
    status = pod.get("status") or {}
    conditions = status.get("conditions") or ()
    began = next((c.get("lastTransitionTime") for c in conditions if _has_node(c)), None)
    if status.get("phase") != "Pending" or not began:
        return None
    made = (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ()))
    waits = ((c.get("state") or {}).get("waiting") or {} for c in made)
    if not all(found.get("reason") in _BEING_MADE for found in waits):
        return None
    metadata = pod["metadata"]
    return Creating(metadata["name"], metadata.get("uid", ""), datetime.fromisoformat(str(began)))


def _has_node(condition: Mapping[str, Any]) -> bool:
    return condition.get("type") == "PodScheduled" and condition.get("status") == "True"


def not_created(pod: str, warnings: Iterable[Mapping[str, Any]]) -> CreationFault | None:
    """Return what the Events of a pod without containers say of its volumes and sandbox, or None.

    Of several the newest; the kubelet tries again, so that is what still holds.
    """
    told = [w for w in warnings if w.get("reason") in CREATION_FAULTS]
    newest = max(told, key=lambda w: str(w.get("lastTimestamp") or ""), default=None)
    if newest is None:
        return None
    message = str(newest.get("message", ""))
    why = f"pod {pod} cannot be made: {newest['reason']}: {message}"
    return store_elsewhere(pod, message) or CreationFault(shorten(why, _LONGEST))


def store_elsewhere(pod: str, message: str) -> CreationFault | None:
    """Return the fault that the store's claim is on another node, where the words mean that."""
    if not any(words in message for words in _ELSEWHERE):
        return None
    why = (
        f"pod {pod} needs the store on a second node, and the claim allows one: make it"
        f" ReadWriteMany, use S3, or keep all pods on one node by spec.pod.nodeSelector ({message}"
    )
    return CreationFault(shorten(why, _LONGEST - 1) + ")", is_store_elsewhere=True)
