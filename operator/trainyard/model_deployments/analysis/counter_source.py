"""Counters of pods at both ends of a stretch of time, whoever knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from trainyard.model_deployments.analysis.samples import Sample

Read = TypeVar("Read")
Read_co = TypeVar("Read_co", covariant=True)


class CounterReader(Protocol[Read_co]):
    """Makes of the samples of a pod what somebody needs; hashable, so that it can be a key."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Return the metrics that it reads."""
        ...

    def read(self, samples: Iterable[Sample]) -> Read_co:
        """Return what the samples of one pod at one moment say."""
        ...


class CountersUnreadable(Exception):
    """The counters of a pod cannot be read now, but perhaps later; says whose and why."""


@dataclass(frozen=True, slots=True)
class CountedPod:
    """A pod whose counters are read."""

    name: str
    identity: str
    """Changes when a process in the pod starts again, as its counters do."""
    address: str
    """URL of its metrics page."""


@dataclass(frozen=True, slots=True)
class CounterWindow(Generic[Read]):
    """Which counters of which pods, and between which moments."""

    namespace: str
    deployment: str
    reader: CounterReader[Read]
    pods: tuple[CountedPod, ...]
    since: datetime | None
    """None: only where they stand at the end."""
    until: datetime

    def of(self, pods: tuple[CountedPod, ...]) -> CounterWindow[Read]:
        """Return the same for these pods."""
        return replace(self, pods=pods)


@dataclass(frozen=True, slots=True)
class PodCounters(Generic[Read]):
    """Counters of one pod at both ends; both come from the same source."""

    after: Read
    before: Read | None = None
    """None: not known, or the counters started again meanwhile."""
    why: str = ""
    """Why `before` is not known."""


class CounterSource(Protocol):
    """Knows the counters of some pods."""

    async def read(self, window: CounterWindow[Read]) -> Mapping[str, PodCounters[Read]]:
        """Return the counters of the pods that it knows, by name; raises CountersUnreadable."""
        ...
