"""Where do pods run? The terms of Kubernetes for nodes, neighbours and spreading, typed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import ApiModel, LabelValue, cel

LabelKey = Annotated[str, StringConstraints(min_length=1, max_length=316)]
Weight = Annotated[int, Field(ge=1, le=100)]
Values = Annotated[tuple[LabelValue, ...], Field(max_length=64)]

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


class NodeExpression(ApiModel):
    """One thing that is asked of a node's labels."""

    key: LabelKey
    """The label."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]
    """What is asked of it."""
    values: Values = ()
    """With In and NotIn: the values; with Gt and Lt: one number."""


class NodeSelectorTerm(ApiModel):
    """What is asked of one node; all expressions must hold."""

    match_expressions: Annotated[tuple[NodeExpression, ...], Field(min_length=1, max_length=16)]
    """What is asked of its labels."""


class NodeSelector(ApiModel):
    """Nodes of which one term holds."""

    node_selector_terms: Annotated[tuple[NodeSelectorTerm, ...], Field(min_length=1, max_length=16)]
    """The terms."""


class PreferredNodes(ApiModel):
    """Nodes that are better than others."""

    weight: Weight
    """How much better."""
    preference: NodeSelectorTerm
    """What is asked of them."""


class NodeAffinity(ApiModel):
    """Which nodes."""

    required: NodeSelector | None = Field(default=None, alias=REQUIRED)
    """Only these."""
    preferred: Annotated[tuple[PreferredNodes, ...], Field(max_length=16)] = Field(
        default=(), alias=PREFERRED
    )
    """These before others."""


class LabelExpression(ApiModel):
    """One thing that is asked of a pod's labels."""

    key: LabelKey
    """The label."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    """What is asked of it."""
    values: Values = ()
    """With In and NotIn: the values."""


class LabelSelector(ApiModel):
    """Pods with these labels."""

    match_labels: dict[str, LabelValue] = Field(default_factory=dict, max_length=16)
    """Labels and their values."""
    match_expressions: Annotated[tuple[LabelExpression, ...], Field(max_length=16)] = ()
    """What else is asked of the labels."""


class PodAffinityTerm(ApiModel):
    """Pods to be near to, or far from."""

    label_selector: LabelSelector
    """Which pods of this namespace."""
    topology_key: LabelKey
    """The node label that says what near is: `kubernetes.io/hostname`, say."""


class PreferredPods(ApiModel):
    """Pods that are better neighbours than others, or worse."""

    weight: Weight
    """How much."""
    pod_affinity_term: PodAffinityTerm
    """Which pods."""


class PodAffinity(ApiModel):
    """Which neighbours."""

    required: Annotated[tuple[PodAffinityTerm, ...], Field(max_length=16)] = Field(
        default=(), alias=REQUIRED
    )
    """Always."""
    preferred: Annotated[tuple[PreferredPods, ...], Field(max_length=16)] = Field(
        default=(), alias=PREFERRED
    )
    """Where possible."""


class Affinity(ApiModel):
    """Which nodes and neighbours the pods want, and which not."""

    node_affinity: NodeAffinity | None = None
    """Nodes."""
    pod_affinity: PodAffinity | None = None
    """Pods to be near to."""
    pod_anti_affinity: PodAffinity | None = None
    """Pods to be far from."""


class TopologySpreadConstraint(ApiModel):
    """How evenly the pods of one version are spread."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "!has(self.minDomains) || self.whenUnsatisfiable == 'DoNotSchedule'",
                "minDomains needs whenUnsatisfiable: DoNotSchedule",
            )
        )
    )

    topology_key: LabelKey
    """The node label whose values are filled evenly: `topology.kubernetes.io/zone`, say."""
    max_skew: Annotated[int, Field(ge=1, le=100)] = 1
    """How many more pods one place may have than another."""
    when_unsatisfiable: Literal["DoNotSchedule", "ScheduleAnyway"] = "ScheduleAnyway"
    """What happens to a pod that fits nowhere."""
    min_domains: Annotated[int, Field(ge=1, le=100)] | None = None
    """At least so many places count."""
