"""How pods of a model look to those who list them, by how they are told to behave."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from builders_serving import NOW

from trainyard.ownership import REVISION, ROLE


@dataclass(slots=True)
class Behaviour:
    """How a revision behaves once its pods run."""

    ready: bool = True
    crashes: bool = False
    image_missing: bool = False
    not_created: str = ""
    """What the Events of its pods say of why they have no container; empty: they have."""
    failing: float = 0.0
    """Share of requests that fail."""
    slow: float = 0.0
    """Share of requests that take longer than 20 ms."""


def evicted(pod: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return what is left of a pod that a node put out."""
    name, uid = (f"evicted-{number}-{pod['metadata'][key]}" for key in ("name", "uid"))
    status = {"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory."}
    return {**pod, "metadata": pod["metadata"] | {"name": name, "uid": uid}, "status": status}


def is_evicted(pod: Mapping[str, Any]) -> bool:
    """Whether a node put it out: it is kept for people to look at."""
    return bool(pod["status"].get("reason") == "Evicted")


def one_address(_: str) -> str:
    """Return the address of every pod, where nobody tells them apart by it."""
    return "10.88.0.9"


def address_of(pod: str) -> str:
    """Return an address of its own for the pod of this name."""
    first, second = divmod(zlib.crc32(pod.encode()) % 62_500, 250)
    return f"10.88.{first}.{second + 1}"


def pod_status(
    address: str, labels: Mapping[str, str], behaviour_of: Callable[[str], Behaviour]
) -> dict[str, Any]:
    """Return the status of a pod with this address and these labels."""
    behaviour = behaviour_of(labels.get(REVISION, ""))
    up = behaviour.ready and not behaviour.crashes and not behaviour.image_missing
    running = {"running": {"startedAt": NOW.isoformat()}}
    server: dict[str, Any] = {"ready": up, "restartCount": 0, "state": running}
    server["name"] = labels.get(ROLE) or "server"
    if behaviour.not_created:
        found = {"type": "PodScheduled", "status": "True"}
        waiting = {"ready": False, "state": {"waiting": {"reason": "ContainerCreating"}}}
        return {
            "phase": "Pending",
            "conditions": [found | {"lastTransitionTime": NOW.isoformat()}],
            "containerStatuses": [server | waiting],
        }
    if behaviour.crashes:
        server |= {"restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
        server["lastState"] = {"terminated": {"exitCode": 1, "reason": "Error"}}
    if behaviour.image_missing:
        server["state"] = {"waiting": {"reason": "ImagePullBackOff", "message": "no image"}}
    return {
        "phase": "Running",
        "podIP": address,
        "conditions": [{"type": "Ready", "status": "True" if up else "False"}],
        "containerStatuses": [server],
    }
