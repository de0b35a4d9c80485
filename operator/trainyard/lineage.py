"""What Datasets and BatchPredictions tell servers of OpenLineage, and how far these are with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

from trainyard.api.base import Resource
from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.api.v1alpha1.batch_prediction_status import BatchPredictionStatus
from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import DatasetStatus, DatasetVersion
from trainyard.api.v1alpha1.tracking import TrackingState
from trainyard.conditions import Finding
from trainyard.delivery import Delivery, Outgoing
from trainyard.installation import Installation
from trainyard.reconciling.turn import Turn
from trainyard.tracked import Tracked, TrackedData
from trainyard.tracking_progress import (
    OPENLINEAGE,
    NamedServer,
    TrackingReasons,
    followed,
    named_server,
    outgoing_to,
    tracking_finding,
)

StatusT = TypeVar("StatusT", DatasetStatus, BatchPredictionStatus)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://")
_IN_STORE = "store: "
"""Before a path of the namespace's part of the store, as sources are called in a line."""


def outgoing_lineage(
    resource: Dataset | BatchPrediction,
    found: Mapping[str, Tracked],
    installation: Installation,
) -> Iterator[Outgoing[Tracked]]:
    """Yield what the server that the object names is to have; nothing where it names none."""
    server = _server(resource, installation)
    if server is not None:
        yield from outgoing_to(server, resource.status.lineage, found)


def with_lineage(
    resource: Dataset | BatchPrediction,
    turn: Turn[StatusT],
    found: Mapping[str, Tracked],
    deliveries: Mapping[str, Delivery],
    installation: Installation,
) -> Turn[StatusT]:
    """Return the turn in which each record that changed has the next number."""
    server, stored = _server(resource, installation), turn.status.lineage
    if server is None:
        return turn if stored is None else turn.changed(lineage=None)
    state, again = followed(server, stored, found, deliveries, turn.now)
    return turn.changed(lineage=state).again_at(again)


def lineage_told(state: TrackingState | None, reasons: TrackingReasons) -> Iterator[Finding]:
    """Yield the condition that says whether the server takes it, where one is named."""
    if state is not None:
        yield tracking_finding(OPENLINEAGE, state, reasons)


def place_of(resource: Resource, installation: Installation) -> str:
    """Return what separates names of this namespace from the same ones elsewhere."""
    return f"trainyard://{installation.id}/{resource.metadata.namespace}"


def in_store(resource: Resource, installation: Installation, path: str) -> str:
    """Return the address of what lies in the namespace's part of the store."""
    return f"{installation.store}/{installation.id}/{resource.metadata.namespace}/{path}"


def data_version(
    dataset: Dataset, version: DatasetVersion, installation: Installation
) -> TrackedData:
    """Return the version of the Dataset, where it lies in the store."""
    folder = f"datasets/sha256/{version.digest.removeprefix('sha256:')}"
    return TrackedData(
        name=f"dataset/{dataset.metadata.name}",
        version=version.digest,
        source=in_store(dataset, installation, folder),
        rows=version.rows,
        bytes=version.bytes,
        columns=tuple((c.name, str(c.type)) for c in dataset.spec.columns or ()),
    )


def model_version(
    owner: Resource, model: str, bundle: str, installation: Installation
) -> TrackedData:
    """Return the model of a TrainingJob in the namespace of the owner, where its bundle lies."""
    folder = f"models/sha256/{bundle.removeprefix('sha256:')}"
    return TrackedData(f"model/{model}", bundle, in_store(owner, installation, folder))


def source_data(
    resource: Resource, source: str, installation: Installation, version: str = ""
) -> TrackedData:
    """Return the files that a source in a line means, under their address where they have one."""
    if source.startswith(_IN_STORE):
        path = source.removeprefix(_IN_STORE)
        return TrackedData(in_store(resource, installation, path), version)
    name = source if _ADDRESS.match(source) else f"source/{source}"
    return TrackedData(name, version)


def _server(resource: Dataset | BatchPrediction, installation: Installation) -> NamedServer | None:
    said = resource.spec.tracking
    if said is None:
        return None
    name, namespace = said.openlineage.server, resource.metadata.namespace
    return named_server(OPENLINEAGE, name, installation.openlineage_servers, namespace)
