"""What may users say of the pods that are made for them? The typed part of a pod template."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, WithJsonSchema

from trainyard.api.base import ApiModel, LabelValue, NameReference, Quantity, cel
from trainyard.api.placement import Affinity, LabelKey, TopologySpreadConstraint

_NOT_OURS = (
    "self.all(key, !key.startsWith('trainyard.dev/') && key != 'app.kubernetes.io/managed-by')",
    "keys below trainyard.dev/, and app.kubernetes.io/managed-by, are the operator's own",
)
SERVER_VARIABLES = (
    "TRAINYARD_ANSWERS_PORT",
    "TRAINYARD_BUNDLE_DIGEST",
    "TRAINYARD_BUNDLE_DIR",
    "TRAINYARD_CAPTURE_EXCLUDE",
    "TRAINYARD_CAPTURE_PERCENT",
    "TRAINYARD_CAPTURE_SOCKET",
    "TRAINYARD_DRAIN_SECONDS",
    "TRAINYARD_EXPLAIN_EVALUATIONS",
    "TRAINYARD_EXPLAIN_ROWS",
    "TRAINYARD_GRPC_PORT",
    "TRAINYARD_MAX_BATCH_ROWS",
    "TRAINYARD_MAX_CONNECTION_AGE_SECONDS",
    "TRAINYARD_MODEL_NAME",
    "TRAINYARD_REVISION",
)
"""What the operator itself sets in the container of a model server."""


class ResourceAmounts(ApiModel):
    """Compute resources of a container."""

    requests: dict[str, Quantity] = Field(default_factory=dict, max_length=8)
    """What the scheduler sets aside, e.g. `cpu: 500m`."""
    limits: dict[str, Quantity] = Field(default_factory=dict, max_length=8)
    """What the container may not exceed, e.g. `memory: 1Gi`; `ephemeral-storage` bounds the pod's
    folders too."""


class EnvironmentVariable(ApiModel):
    """One variable of a container."""

    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$"),
    ]
    """The variable's name."""
    value: Annotated[str, StringConstraints(max_length=4096)] = ""
    """The variable's value."""


class Toleration(ApiModel):
    """A taint that the pods tolerate."""

    key: Annotated[str, StringConstraints(max_length=316)] = ""
    """The taint's key; empty with Exists: every taint."""
    operator: Literal["Equal", "Exists"] = "Equal"
    """Equal: key and value must be the taint's. Exists: the key is enough."""
    value: LabelValue = ""
    """The taint's value."""
    effect: Literal["", "NoSchedule", "PreferNoSchedule", "NoExecute"] = ""
    """The taint's effect; empty: every effect."""


class PodSettings(ApiModel):
    """The small, typed part of a pod template that users may set."""

    resources: ResourceAmounts = ResourceAmounts()
    """Requests and limits of the main container; what is not named has the installation's
    defaults."""
    labels: Annotated[
        dict[LabelKey, LabelValue],
        Field(default_factory=dict, max_length=16, json_schema_extra=cel(_NOT_OURS)),
    ]
    """Further labels of the pods."""
    annotations: Annotated[
        dict[LabelKey, Annotated[str, StringConstraints(max_length=4096)]],
        Field(default_factory=dict, max_length=16, json_schema_extra=cel(_NOT_OURS)),
    ]
    """Further annotations of the pods."""
    node_selector: dict[str, LabelValue] = Field(default_factory=dict, max_length=16)
    """Labels a node must have."""
    tolerations: Annotated[tuple[Toleration, ...], Field(max_length=16)] = ()
    """Taints the pods tolerate."""
    affinity: Affinity | None = None
    """Which nodes and neighbours they want."""
    image_pull_secrets: Annotated[tuple[NameReference, ...], Field(max_length=8)] = ()
    """Secrets for private registries, beside those of the installation."""
    service_account_name: Annotated[str, StringConstraints(max_length=253)] = ""
    """Service account of the pods; without one they get no token."""
    priority_class_name: Annotated[str, StringConstraints(max_length=253)] = ""
    """Priority class of the pods."""
    runtime_class_name: Annotated[str, StringConstraints(max_length=253)] = ""
    """Runtime class of the pods: gVisor or Kata, say."""


class TrainingPodSettings(PodSettings):
    """The same for pods that train."""

    env: Annotated[
        tuple[EnvironmentVariable, ...],
        Field(
            max_length=32,
            json_schema_extra=cel(
                (
                    "self.all(v, !v.name.startsWith('TRAINYARD_'))",
                    "names that begin with TRAINYARD_ are the operator's own",
                )
            ),
        ),
    ] = ()
    """Variables of the containers that train and predict, and of none that has the store's keys:
    threads, say. No part of what a model is made of: a change trains nothing anew."""


class ServingPodSettings(PodSettings):
    """The same for pods that serve; a change is a new revision."""

    env: Annotated[
        tuple[EnvironmentVariable, ...],
        Field(
            max_length=32,
            json_schema_extra=cel(
                (
                    f"self.all(v, !(v.name in {list(SERVER_VARIABLES)}))",
                    f"the operator itself sets {', '.join(SERVER_VARIABLES)}",
                )
            ),
        ),
    ] = ()
    """Variables of the model server, and of no container that has the store's keys."""
    topology_spread_constraints: Annotated[
        tuple[TopologySpreadConstraint, ...], Field(max_length=8)
    ] = ()
    """How the pods of a version are spread over nodes and zones."""


AS_RECORDED = WithJsonSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True})
"""For settings in a status: they were checked in the spec, and a CRD has room only for so much."""
