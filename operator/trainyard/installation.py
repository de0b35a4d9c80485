"""What one installation of the operator hands to everything it renders."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from trainyard.pod_defaults import PodDefaults
from trainyard.receivers import Receivers
from trainyard.refresh_window import RefreshWindow
from trainyard.tracking_servers import TrackingServers

ONNX = "onnx"
"""What the record of a version says where ONNX Runtime serves it."""

PullPolicy = Literal["Always", "IfNotPresent", "Never"]


class StoreUnreadable(ValueError):
    """The text is not the address of a store that we know."""


@dataclass(frozen=True, slots=True)
class ClaimStore:
    """A PersistentVolumeClaim of that name in each namespace, and a folder inside it."""

    claim: str
    path: str = ""

    def __str__(self) -> str:
        return _joined(f"pvc://{self.claim}", self.path)


@dataclass(frozen=True, slots=True)
class BucketStore:
    """A bucket of any S3 service, and a prefix inside it."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    """URL of the service; empty means AWS."""
    region: str = ""
    read_secret: str = ""
    """Secret of each namespace with keys that only read; empty: readers use those that write."""

    def __str__(self) -> str:
        return _joined(f"s3://{self.bucket}", self.prefix)


ArtifactStore = ClaimStore | BucketStore


@dataclass(frozen=True, slots=True)
class Installation:
    """The values from the operator's settings that reach decisions and manifests."""

    operator_namespace: str
    id: str
    """Separates installations that share one store; DNS label."""
    store: ArtifactStore
    training_image: str
    serving_image: str
    router_image: str
    federated_image: str = ""
    """Coordinates and takes part where several parties train; empty: none of them can."""
    serving_sklearn_image: str = ""
    """Serves every model; empty: serving_image does."""
    image_pull_policy: PullPolicy = "IfNotPresent"
    has_prometheus: bool = False
    """Whether a Prometheus is configured; without one the operator scrapes pods itself."""
    prometheus_namespace_label: str = ""
    """Label by which users' queries have to name their namespace; empty: they need not."""
    pods: PodDefaults = field(default_factory=PodDefaults)
    """What all pods have in common."""
    refresh_window: RefreshWindow = field(default_factory=RefreshWindow)
    """When installed images are released without a request."""
    receivers: Receivers = field(default_factory=Receivers)
    """Who outside may be told of decisions."""
    mlflow_servers: TrackingServers = field(default_factory=TrackingServers)
    """Where runs may be tracked."""
    openlineage_servers: TrackingServers = field(default_factory=TrackingServers)
    """Who may be told of runs by events of OpenLineage."""
    store_retention_days: int = 0
    """How long what no object refers to is kept in the store; 0: for ever."""

    def server_image(self, runtime: str) -> str:
        """Return the image that serves a version, given the runtime that its record names.

        The small image serves ONNX alone. A version of whose runtime nothing is known gets the
        one that serves every model.
        """
        if runtime == ONNX or not self.serving_sklearn_image:
            return self.serving_image or self.serving_sklearn_image
        return self.serving_sklearn_image

    def serves_with(self, image: str) -> bool:
        """Tell whether this is one of the server images that are installed now."""
        return image in {self.serving_image, self.serving_sklearn_image} - {""}

    def fetch_image(self, server_image: str) -> str:
        """Return the image that fetches bundles for this server image, with the store's keys.

        It is always one of the installation's own; any of them can, so a pod whose server is one
        of them needs no second image.
        """
        own = (self.serving_image, self.serving_sklearn_image)
        return server_image if server_image in own else self.serving_image or own[1]


def parse_store(
    address: str, *, endpoint: str = "", region: str = "", read_secret: str = ""
) -> ArtifactStore:
    """Return the store that `pvc://<claim>[/path]` or `s3://<bucket>[/prefix]` names.

    Raises StoreUnreadable with what was expected and found.
    """
    scheme, separator, rest = address.partition("://")
    place, _, path = rest.partition("/")
    path = path.strip("/")
    if not separator or not place:
        raise StoreUnreadable(_expected(address))
    if scheme == "pvc":
        return ClaimStore(claim=place, path=path)
    if scheme == "s3":
        return BucketStore(place, path, endpoint, region, read_secret)
    raise StoreUnreadable(_expected(address))


def _expected(address: str) -> str:
    return f"expected pvc://<claim>[/path] or s3://<bucket>[/prefix], found {address!r}"


def _joined(*parts: str) -> str:
    return "/".join(part for part in parts if part)
