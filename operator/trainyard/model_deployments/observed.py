"""Everything that one decision looks at, beside the resource and the time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from trainyard.api.v1alpha1.approval import Approval
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import (
    QuarantineEntry,
    Revision,
)
from trainyard.delivery import Delivery
from trainyard.installation import Installation
from trainyard.jobs.job_view import JobView
from trainyard.model_deployments.analysis.answer_pairs import PairReading
from trainyard.model_deployments.analysis.binned_columns import BinReading
from trainyard.model_deployments.analysis.evidence import Reading
from trainyard.model_deployments.analysis.queries import QueryAnswer
from trainyard.model_deployments.drift_checkpoint import checkpoint_seen
from trainyard.model_deployments.manifests import RECORD, preview_name
from trainyard.model_deployments.owned_objects import (
    OwnedObjects,
    annotations_of,
    label_of,
    named,
    seen,
)
from trainyard.model_deployments.revision.hand_edits import hand_edit
from trainyard.model_deployments.revision.workload import Workload, workload_of
from trainyard.model_deployments.source import Source
from trainyard.model_deployments.traffic.carrier import Carrier
from trainyard.model_deployments.traffic.mode import QUARANTINE
from trainyard.model_deployments.traffic.modes import mode_of
from trainyard.objects import ObjectRef, RawObject
from trainyard.ownership import REVISION


@dataclass(frozen=True, slots=True)
class Prediction:
    """What came of a real prediction through the user-facing Service."""

    bundle: str
    """Digest that the answer named; empty without an answer."""
    message: str = ""
    """Why there was no good answer."""


@dataclass(frozen=True, slots=True)
class SeenApprovals:
    """What people said of the deployment's versions, and whether their names can be believed."""

    approvals: tuple[Approval, ...] = ()
    """All that name the deployment, ordered by name."""
    author: str = ""
    """Who wrote the recipe of the version that is on its way; empty: not known."""
    too_many: bool = False
    """There are more than are read."""
    checked: bool = False
    """Whether the API server refuses an Approval in another person's name, as far as it matters."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One look at the world."""

    installation: Installation
    source: Source
    workloads: Mapping[str, Workload] = field(default_factory=dict)
    """By revision; every Deployment of ours, wanted or not."""
    records: Mapping[str, Revision] = field(default_factory=dict)
    """By revision: what the Deployments' annotations say."""
    hand_edits: Mapping[str, str] = field(default_factory=dict)
    """By revision: what somebody changed in its Deployment, in words."""
    deployments: Mapping[str, RawObject] = field(default_factory=dict)
    """By revision: those that were changed."""
    services: Mapping[str, ObjectRef] = field(default_factory=dict)
    """By revision: the revisions' own Services, as they were seen."""
    preview: ObjectRef | None = None
    """The Service that leads to a new version before it gets requests; None: there is none."""
    image_refresh: str = ""
    """The token by which the Namespace asks to release the installed images; empty: it does not."""
    quarantine: tuple[QuarantineEntry, ...] = ()
    """What the user-facing Service remembers of the quarantine."""
    carrier: Carrier = field(default_factory=Carrier)
    """What carries out the routing."""
    reading: Reading | None = None
    """Counters of both versions; None: not looked at."""
    answers: Mapping[str, QueryAnswer] | None = None
    """Answers to the checks' queries; None: not asked."""
    pairs: PairReading | None = None
    """What both versions answered to the same requests; None: not asked."""
    monitors: Mapping[str, QueryAnswer | BinReading | Reading] | None = None
    """Answers to what the monitors asked, by signal; None: not asked."""
    drift_checkpoint: str = ""
    """Live values as they were counted at the last look; empty: not to be kept."""
    drift_checkpoint_seen: ObjectRef | None = None
    """The ConfigMap that keeps them."""
    rehearsal: JobView | None = None
    """The Job of the rehearsal that is at work; None: there is none."""
    label_join: JobView | None = None
    """The Job of the join of labels that is at work; None: there is none."""
    label_report: JobView | None = None
    """The Job that reads the join's stored result; None: there is none."""
    labels: str | None = None
    """The version of the labels that is there; None: none is."""
    jobs: tuple[ObjectRef, ...] = ()
    """Every Job of ours."""
    recorded_inputs: str | None = None
    """The version of the data whose test rows the canary may be asked for; None: not known."""
    prediction: Prediction | None = None
    """A real prediction; None: not made."""

    approvals: SeenApprovals | None = None
    """What people said; None: no version needs their yes now."""
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    """By receiver of notifications: how far it has been told."""

    def workload(self, revision: str) -> Workload:
        """Return how the revision is; one without a Deployment has no pods."""
        return self.workloads.get(revision, Workload(revision))


def observed_from(
    resource: ModelDeployment, installation: Installation, source: Source, owned: OwnedObjects
) -> Observed:
    """Return what the children and the source say, before anything else is asked."""
    deployments = _by_revision(owned.deployments)
    records = {name: r for name, d in deployments.items() if (r := _record(d)) is not None}
    edits = {name: e for name, r in records.items() if (e := hand_edit(r, deployments[name]))}
    service = named(owned.services, resource.metadata.name)
    preview = named(owned.services, preview_name(resource))
    return Observed(
        installation=installation,
        source=source,
        workloads={
            name: workload_of(name, found, owned.servers([name]))
            for name, found in deployments.items()
        },
        records=records,
        hand_edits=edits,
        deployments={name: deployments[name] for name in edits},
        services={name: seen(raw) for name, raw in _by_revision(owned.services).items()},
        preview=seen(preview) if preview is not None else None,
        quarantine=_entries(service),
        drift_checkpoint_seen=checkpoint_seen(resource, owned),
        carrier=mode_of(resource.spec).read(resource, owned),
    )


def _by_revision(found: Iterable[RawObject]) -> dict[str, RawObject]:
    return {label_of(raw, REVISION): raw for raw in found if label_of(raw, REVISION)}


def _record(deployment: RawObject) -> Revision | None:
    try:
        return Revision.model_validate_json(annotations_of(deployment).get(RECORD, ""))
    except ValidationError:
        return None


_ENTRIES = TypeAdapter(tuple[QuarantineEntry, ...])


def _entries(service: RawObject | None) -> tuple[QuarantineEntry, ...]:
    try:
        return _ENTRIES.validate_json(annotations_of(service).get(QUARANTINE, "[]"))
    except ValidationError:
        return ()
