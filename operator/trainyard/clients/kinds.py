"""Which kinds the operator speaks about, and where the API server keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from trainyard.api.v1alpha1 import GROUP, VERSION

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind; `group` is empty for the core API."""

    name: str
    group: str
    version: str
    plural: str
    namespaced: bool = True
    optional: bool = False
    """Whether a cluster may do without it: then nobody waits for it, and there is none of it."""
    metadata_only: bool = False
    """Whether of its objects only metadata is read: what is in them is none of our business."""

    @property
    def api_version(self) -> str:
        """The `apiVersion` of the kind's manifests."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """Return the URL path; no namespace means the whole cluster, no name the collection."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        scope = ("namespaces", namespace) if self.namespaced and namespace else ()
        parts = (*scope, self.plural, name, subresource)
        return "/".join((root, *(part for part in parts if part)))

    def media_type(self, *, listed: bool = False) -> str:
        """Return as what an object, or the list of them, is asked for."""
        form = f"PartialObjectMetadata{'List' * listed};g=meta.k8s.io;v=v1"
        return f"{JSON};as={form}" if self.metadata_only else JSON


def by_name(*kinds: Kind) -> Mapping[str, Kind]:
    """Return the table from kind name to kind."""
    return MappingProxyType({kind.name: kind for kind in kinds})


KINDS: Mapping[str, Kind] = by_name(
    Kind("Dataset", GROUP, VERSION, "datasets"),
    Kind("TrainingJob", GROUP, VERSION, "trainingjobs"),
    Kind("ModelVersion", GROUP, VERSION, "modelversions"),
    Kind("ModelDeployment", GROUP, VERSION, "modeldeployments"),
    Kind("BatchPrediction", GROUP, VERSION, "batchpredictions"),
    Kind("Approval", GROUP, VERSION, "approvals", optional=True),
    Kind("HTTPRoute", "gateway.networking.k8s.io", "v1", "httproutes", optional=True),
    Kind("Job", "batch", "v1", "jobs"),
    Kind("Deployment", "apps", "v1", "deployments"),
    Kind("PodDisruptionBudget", "policy", "v1", "poddisruptionbudgets"),
    Kind("Pod", "", "v1", "pods"),
    Kind("Service", "", "v1", "services"),
    Kind("NetworkPolicy", "networking.k8s.io", "v1", "networkpolicies"),
    Kind("ConfigMap", "", "v1", "configmaps"),
    Kind("ConfigMapMetadata", "", "v1", "configmaps", metadata_only=True),
    Kind("PersistentVolumeClaim", "", "v1", "persistentvolumeclaims"),
    Kind("Event", "", "v1", "events"),
    Kind("Lease", "coordination.k8s.io", "v1", "leases"),
    Kind("Namespace", "", "v1", "namespaces", namespaced=False),
)
"""Everything the operator reads or writes; RBAC follows from it."""
