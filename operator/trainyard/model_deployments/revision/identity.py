"""Which revision a model and a pod template make, and what it is called."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from trainyard.api.base import ApiModel
from trainyard.api.v1alpha1.model_deployment import ModelDeployment, ModelDeploymentSpec
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, Revision
from trainyard.ownership import child_name

TEMPLATE_VERSION = 1
"""Rises only when the fields below mean something else; then every deployment has a release."""

_UNSAID_BATCH_ROWS = 256
"""The first default, for good: the API server wrote it into objects when they were made, and
another default must not release them."""
_UNSAID_CONNECTION_AGE = 60
"""The first default of this field, for the same reason."""


def template_digest(spec: ModelDeploymentSpec, image_refresh: str = "") -> str:
    """Return the digest of the part of the spec that shapes the pods of a revision.

    Hashed over named fields with their first defaults left out, so that a new version of the API
    or of the operator changes no digest. The image is taken as written: the operator's own image
    is not part of it, and an operator upgrade releases nothing; what people ask for to release it
    is.
    """
    fields: dict[str, Any] = {
        "version": TEMPLATE_VERSION,
        "image": spec.server.image or None,
        "maxBatchRows": _unless(spec.server.max_batch_rows, _UNSAID_BATCH_ROWS),
        "maxConnectionAgeSeconds": _unless(
            spec.server.max_connection_age_seconds, _UNSAID_CONNECTION_AGE
        ),
        "grpc": spec.server.grpc or None,
        "imageRefresh": image_refresh or None,
        "capture": _on(spec.monitoring.capture),
        "explain": _on(spec.server.explain),
        "pod": spec.pod.model_dump(mode="json", by_alias=True, exclude_defaults=True) or None,
    }
    present = {key: value for key, value in fields.items() if value is not None}
    text = json.dumps(present, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _unless(value: int, unsaid: int) -> int | None:
    return None if value == unsaid else value


def _on(switch: ApiModel | None) -> dict[str, Any] | None:
    """Return what is said of it: `{}` is on with the defaults, and another than none."""
    if switch is None:
        return None
    return {"on": True} | switch.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def revision_name(resource: ModelDeployment, bundle_digest: str, image_refresh: str = "") -> str:
    """Return the name of the revision that serves this bundle with the template of the spec."""
    template = template_digest(resource.spec, image_refresh)
    return child_name(resource.metadata.name, bundle_digest, template)


def revision_of(
    resource: ModelDeployment,
    bundle_digest: str,
    model_version: str,
    operator_image: str,
    image_refresh: str = "",
) -> Revision:
    """Return the record of the revision: all that is needed to serve it from now on."""
    spec = resource.spec
    return Revision(
        revision=revision_name(resource, bundle_digest, image_refresh),
        bundle_digest=bundle_digest,
        model_version=model_version,
        image=spec.server.image or operator_image,
        own_image=bool(spec.server.image),
        image_refresh=image_refresh,
        max_batch_rows=spec.server.max_batch_rows,
        max_connection_age_seconds=spec.server.max_connection_age_seconds,
        grpc=spec.server.grpc,
        explain=spec.server.explain,
        capture=spec.monitoring.capture,
        pod=spec.pod,
    )


def kept_revisions(status: ModelDeploymentStatus) -> tuple[Revision, ...]:
    """Return the revisions that have pods on purpose: stable, canary, and the warm one."""
    previous = status.previous
    warm = previous if previous is not None and previous.warm_until is not None else None
    return tuple(r for r in (status.stable, status.canary, warm) if r is not None)


def weight_of(status: ModelDeploymentStatus, revision: str) -> int:
    """Return the share of requests that the revision gets."""
    return sum(t.weight_percent for t in status.traffic if t.revision == revision)
