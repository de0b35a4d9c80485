"""Everything that one decision looks at, beside the resource and the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trainyard.api.v1alpha1.model_deployment_status import (
    QuarantineEntry,
    Revision,
    TrafficShare,
)
from trainyard.installation import Installation
from trainyard.model_deployments.analysis.evidence import Reading
from trainyard.model_deployments.analysis.queries import QueryAnswer
from trainyard.model_deployments.health import Workload
from trainyard.model_deployments.source import Source


@dataclass(frozen=True, slots=True)
class RouterPod:
    """One router, and which decision it was told and which it reports."""

    name: str
    uid: str
    ready: bool
    told: int
    """The decision in its annotation: kubelet was nudged that often."""
    reports: int | None = None
    """The decision that is in force in it; None: not asked, or no answer."""
    reaches: frozenset[str] = frozenset()
    """Clusters (a revision, or its gRPC) in which it sees a healthy pod; empty: not asked, or no
    answer."""


@dataclass(frozen=True, slots=True)
class Router:
    """The routers of one deployment and the configuration they are to have."""

    exists: bool = False
    uid: str = ""
    decision: int | None = None
    """The number in the stored configuration (mode Replicas: in the Service)."""
    traffic: tuple[TrafficShare, ...] = ()
    """The weights in the stored configuration."""
    replicas: int = 0
    """How many routers there are to be."""
    configuration_uid: str = ""
    """Of the routers' ConfigMap, in whatever mode; empty: there is none."""
    pods: tuple[RouterPod, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """What came of a real prediction through the user-facing Service."""

    bundle: str
    """Digest that the answer named; empty without an answer."""
    message: str = ""
    """Why there was no good answer."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One look at the world."""

    installation: Installation
    source: Source
    workloads: Mapping[str, Workload] = field(default_factory=dict)
    """By revision; every Deployment of ours, wanted or not."""
    records: Mapping[str, Revision] = field(default_factory=dict)
    """By revision: what the Deployments' annotations say."""
    services: Mapping[str, str] = field(default_factory=dict)
    """By revision: uids of the revisions' own Services."""
    user_service: bool = False
    """Whether the user-facing Service exists."""
    quarantine: tuple[QuarantineEntry, ...] = ()
    """What the user-facing Service remembers of the quarantine."""
    service_routed: bool = False
    """Whether the user-facing Service leads to the routers."""
    router: Router = Router()
    reading: Reading | None = None
    """Counters of both versions; None: not looked at."""
    answers: Mapping[str, QueryAnswer] | None = None
    """Answers to the checks' queries; None: not asked."""
    monitors: Mapping[str, QueryAnswer] | None = None
    """Answers to the monitors' queries, by signal; None: not asked."""
    prediction: Prediction | None = None
    """A real prediction; None: not made."""

    def workload(self, revision: str) -> Workload:
        """Return how the revision is; one without a Deployment has no pods."""
        return self.workloads.get(revision, Workload(revision))
