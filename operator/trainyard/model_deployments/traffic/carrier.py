"""What carries out the routing, as it is stored and as its pods report it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from trainyard.api.v1alpha1.rollout_status import RolloutStatus, TrafficShare
from trainyard.objects import ObjectRef

GENERATION = "trainyard.dev/routing-generation"
"""Annotation with the number of the traffic decision that an object carries out."""
TRAFFIC = "trainyard.dev/traffic"
"""Annotation with the weights of that decision, so that a lost status can be read again."""
ROLLOUT = "trainyard.dev/rollout"
"""Annotation with where the rollout stands that decided so, for the same reason."""

_SHARES = TypeAdapter(tuple[TrafficShare, ...])
_RECORDED = {
    *("id", "revision", "step", "progress", "weight_percent", "mirror_percent", "steps_digest"),
    *("readiness_only", "taken_over", "started_at", "step_started_at"),
}


@dataclass(frozen=True, slots=True)
class RouterPod:
    """One router, which decision it was led to read, and which it reports."""

    name: str
    uid: str
    ready: bool
    annotated: int
    """The decision in its annotation: kubelet was nudged that often."""
    reports: int | None = None
    """The decision that is in force in it; None: not asked, or no answer."""
    reaches: frozenset[str] = frozenset()
    """Clusters (a revision, or its gRPC) in which it sees a healthy pod; empty: not asked, or no
    answer."""
    connections: int | None = None
    """How many connections of users it holds; None: not asked, or no answer."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """The objects that carry out the routing; those of another mode are seen too."""

    generation: int | None = None
    """The number of the decision that is stored in the carrier."""
    traffic: tuple[TrafficShare, ...] = ()
    """The weights that are stored with it."""
    rollout: RolloutStatus | None = None
    """Where the rollout stood that decided so; None: there was none, or nothing can be read."""
    service_exists: bool = False
    """Whether the user-facing Service exists."""
    service_routed: bool = False
    """Whether it leads to the routers."""
    service_revision: str = ""
    """The one revision to whose pods it leads; empty: to routers, to several, or to nobody."""
    awaits_routers: bool = False
    """Whether requests are to pass the routers, and the Service does not lead there yet."""
    router_uid: str = ""
    """Of the routers' Deployment; empty: there is none."""
    router_replicas: int = 0
    """How many routers there are to be."""
    routers_ready: int = 0
    """How many serve, and would get requests at once if the Service led there."""
    configuration_uid: str = ""
    """Of the routers' ConfigMap; empty: there is none."""
    pods: tuple[RouterPod, ...] = ()
    """The routers."""
    trouble: str = ""
    """What keeps routers from starting."""
    told: bool = False
    """Whether an event tells when the decision comes into force, so that nobody need be asked."""
    accepted: bool = False
    """Whether every Gateway took the decision."""
    refused: str = ""
    """Why decisions of this mode cannot come into force; empty: nothing is known against it."""
    doubted_until: datetime | None = None
    """Until when that may come of a Gateway whose view of our objects is behind."""
    leftovers: tuple[ObjectRef, ...] = ()
    """What another mode, or a version that is gone, left for Gateways."""

    def refusal(self, now: datetime) -> str:
        """Return why decisions cannot come into force, once it is not to be doubted."""
        doubted = self.doubted_until is not None and now < self.doubted_until
        return "" if doubted else self.refused

    @property
    def has_routers(self) -> bool:
        """Whether there are routers, or there is what they read."""
        return bool(self.router_uid or self.configuration_uid)

    @property
    def ready(self) -> bool:
        """Whether there is a router that serves."""
        return any(pod.ready for pod in self.pods)

    @property
    def all_ready(self) -> bool:
        """Whether as many routers serve as there are to be."""
        return 0 < self.router_replicas <= self.routers_ready


def carried_annotations(
    generation: int, traffic: tuple[TrafficShare, ...], rollout: RolloutStatus | None
) -> dict[str, str]:
    """Return what the carrier says of the decision beside carrying it out."""
    shares = [share.to_api() for share in traffic]
    found = {GENERATION: str(generation), TRAFFIC: json.dumps(shares, sort_keys=True)}
    if rollout is not None:
        record = rollout.model_dump(mode="json", by_alias=True, include=_RECORDED)
        found[ROLLOUT] = json.dumps(record, sort_keys=True)
    return found


def generation_in(annotations: Mapping[str, str]) -> int | None:
    """Return the number of the decision, or None."""
    text = annotations.get(GENERATION, "")
    return int(text) if text.isdigit() else None


def traffic_in(annotations: Mapping[str, str]) -> tuple[TrafficShare, ...]:
    """Return the weights; none where they cannot be read."""
    try:
        return _SHARES.validate_json(annotations.get(TRAFFIC, "[]"))
    except ValidationError:
        return ()


def rollout_in(annotations: Mapping[str, str]) -> RolloutStatus | None:
    """Return where the rollout stood, or None where nothing can be read."""
    try:
        record = json.loads(annotations.get(ROLLOUT, "null"))
        phase = "Progressing" if record["step"] else "Starting"
        return RolloutStatus.model_validate(record | {"phase": phase, "why": _AGAIN})
    except (KeyError, TypeError, ValueError):
        return None


_AGAIN = "read again from the children"
