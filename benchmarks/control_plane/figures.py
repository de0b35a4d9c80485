"""What was measured: for each size of the fleet, what each episode took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.control_plane.audit import Requests, about_objects, without_events, writes

START, RESTART, IDLE = "start", "restart", "idle"
CHILDREN, SCRAPE, CREATE = "children", "scrape", "create"
ANNOTATION, SPEC = "annotation", "spec"
ROLLOUT, ROLLOUTS = "rollout", "rollouts"
MONITORED = "monitored"


@dataclass(frozen=True, slots=True)
class Episode:
    """Something happened, and the operator settled again."""

    count: int
    """How often it happened: changes, creates, rollouts; once; of how many models."""
    wall: float
    """Seconds until the last work was done."""
    cpu: float
    """Seconds on a core."""
    requests: Mapping[str, int] = field(default_factory=dict)
    """What the API server was asked, by verb and resource."""
    passes: Mapping[str, float] = field(default_factory=dict)
    """Passes by kind."""
    lag_ms: float = 0.0
    """For how long, at most, the event loop was held in it, or in the minute before its end."""
    memory_mib: float = 0.0
    """What the process held at the end."""
    peak_mib: float = 0.0
    """The most it ever held."""
    intervals: float = 0.0
    """How often counters were compared, over all rollouts."""

    def asked(self) -> int:
        """How many requests there were for objects.

        Left out: leases and watches, which come by the clock, and Events, which people read.
        """
        return without_events(about_objects(Requests(self.requests)))

    def written(self) -> int:
        """How many requests changed the cluster, Events included."""
        return writes(Requests(self.requests))

    def woken(self) -> float:
        """How many passes there were."""
        return sum(self.passes.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """A fleet of one size."""

    models: int
    objects: Mapping[str, int]
    """How many objects the operator looks after, by kind."""
    episodes: Mapping[str, Episode]

    def all_objects(self) -> int:
        """How many objects there are."""
        return sum(self.objects.values())

    def net_cpu(self, name: str) -> float:
        """CPU seconds of an episode without what an idle operator uses in the same time."""
        episode, idle = self.episodes[name], self.episodes.get(IDLE)
        rest = idle.cpu / idle.wall * episode.wall if idle and idle.wall else 0.0
        return max(0.0, episode.cpu - rest)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def figures_of(document: Mapping[str, Any]) -> Figures:
    """The figures of what `document` gave. Raises KeyError or TypeError for other JSON."""
    episodes = {name: Episode(**episode) for name, episode in document["episodes"].items()}
    return Figures(document["models"], document["objects"], episodes)
