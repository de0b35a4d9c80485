"""What have all pods of one installation in common, because of where they run?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import ConfigDict, Field

from trainyard.api.base import ApiModel, NameReference
from trainyard.api.pod_settings import ResourceAmounts
from trainyard.api.quantities import number_of

RUN_AS = 65532
"""User and group of our images."""
EPHEMERAL_STORAGE = "ephemeral-storage"

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


class CaBundle(ApiModel):
    """Certificates to trust, in a ConfigMap of that name in each namespace."""

    model_config = ConfigDict(extra="forbid")

    config_map: str = ""
    """Its name; empty: what the images trust."""
    key: str = "ca.crt"
    """The file in it; it holds every certificate to trust, public ones too."""


class Proxy(ApiModel):
    """How what is outside the cluster is reached."""

    model_config = ConfigDict(extra="forbid")

    http_proxy: str = ""
    https_proxy: str = ""
    no_proxy: str = ""


class PodDefaults(ApiModel):
    """As the administrator installed the operator; TRAINYARD_PODS holds it as JSON."""

    model_config = ConfigDict(extra="forbid")

    run_as_user: Id | None = RUN_AS
    """None: the platform assigns it, as OpenShift does."""
    run_as_group: Id | None = RUN_AS
    """None: as above."""
    fs_group: Id | None = RUN_AS
    """None: as above."""
    image_pull_secrets: tuple[NameReference, ...] = ()
    """Secrets of these names in each namespace."""
    ca_bundle: CaBundle = CaBundle()
    """What the containers trust that reach store and sources."""
    proxy: Proxy = Proxy()
    """How these containers reach what is outside."""
    resources: ResourceAmounts = ResourceAmounts(
        requests={"cpu": "100m", "memory": "256Mi", EPHEMERAL_STORAGE: "64Mi"},
        limits={"cpu": "4", "memory": "2Gi", EPHEMERAL_STORAGE: "10Gi"},
    )
    """Of each container of which the spec does not say them."""


def with_defaults(said: ResourceAmounts, defaults: ResourceAmounts) -> ResourceAmounts:
    """Return requests and limits, with the defaults of each resource that `said` does not name.

    A limit alone is left alone: Kubernetes takes it as the request too. A request above the
    default limit is the limit. Their names are in order: as the API server returns what is stored
    of them, so that a record says the same before and after.
    """
    requests = {
        name: request for name, request in defaults.requests.items() if name not in said.limits
    }
    limits = {
        name: _larger(said.requests.get(name, limit), limit)
        for name, limit in defaults.limits.items()
    }
    return ResourceAmounts(
        requests=dict(sorted((requests | dict(said.requests)).items())),
        limits=dict(sorted((limits | dict(said.limits)).items())),
    )


def amounts(resources: ResourceAmounts) -> dict[str, Mapping[str, str]]:
    """Return them as a container says them."""
    found = {"requests": resources.requests, "limits": resources.limits}
    return {name: dict(sorted(of.items())) for name, of in found.items() if of}


def _larger(request: str, limit: str) -> str:
    wanted, least = number_of(request), number_of(limit)
    return request if wanted is not None and least is not None and wanted > least else limit
