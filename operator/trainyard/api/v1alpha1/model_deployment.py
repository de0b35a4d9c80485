"""ModelDeployment: serve this model, release new versions in these steps, judge them so."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import (
    ApiModel,
    DecimalString,
    KindDefinition,
    NameReference,
    Percent,
    PrinterColumn,
    Resource,
    cel,
)
from trainyard.api.pod_settings import ServingPodSettings
from trainyard.api.v1alpha1.disruption import DisruptionBudget
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.api.v1alpha1.monitoring import MonitoringSpec
from trainyard.api.v1alpha1.notify import Notify
from trainyard.api.v1alpha1.prometheus_bounds import PrometheusBounds
from trainyard.api.v1alpha1.rehearsal import AgreementCheck, RehearsalSpec
from trainyard.api.v1alpha1.rollout import RolloutSpec
from trainyard.api.v1alpha1.server import ServerSpec
from trainyard.api.v1alpha1.traffic import TrafficSpec

CheckName = Annotated[
    str, StringConstraints(pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$", min_length=1, max_length=40)
]


class ModelSource(ApiModel):
    """Which model to serve; exactly one of `trainingJob` and `version`."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "[has(self.trainingJob), has(self.version)].filter(x, x).size() == 1",
                (
                    "set exactly one of trainingJob (follow its accepted versions) and "
                    "version (pin one ModelVersion)"
                ),
            )
        )
    )

    training_job: NameReference | None = None
    """Follow this TrainingJob: each accepted version of its current inputs is released."""
    version: NameReference | None = None
    """Serve this ModelVersion and no other."""


class ErrorsCheck(ApiModel):
    """The share of requests that failed (4xx and 5xx; at the router failed tries as well), against
    the stable version in the same minutes.
    """

    max_ratio: DecimalString = "1.1"
    """The new version may fail this many times as often as the stable one."""


class LatencyCheck(ApiModel):
    """How long answers take, against the stable version in the same minutes."""

    max_increase_percent: Annotated[int, Field(ge=0, le=1000)] = 20
    """The new version may be slower by this much, at every point of the distribution."""


class PrometheusCheck(PrometheusBounds):
    """A query of the user about the new version."""

    failure_limit: Annotated[int, Field(ge=1, le=100)] = 2
    """This many bad values in a row are a failure."""


class QualityCheck(ApiModel):
    """What labels that come later say (`monitoring.quality.labels`), against the stable version.

    Steps must be as long as labels take, and their deadline and `evidenceTimeoutSeconds` too.
    """

    max_regression: DecimalString = "0.01"
    """By how much the metric of `monitoring.quality` may be worse."""
    min_rows: Annotated[int, Field(ge=1, le=1000000)] = 500
    """How many labelled rows each version must have."""


class Check(ApiModel):
    """One question that a new version must answer well; exactly one kind."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                (
                    "[has(self.errors), has(self.latency), has(self.prometheus), has(self.quality),"
                    " has(self.agreement)].filter(x, x).size() == 1"
                ),
                "set exactly one of errors, latency, prometheus, quality and agreement",
            )
        )
    )

    name: CheckName
    """What the check is called in status and messages."""
    errors: ErrorsCheck | None = None
    """Failed requests against the stable version."""
    latency: LatencyCheck | None = None
    """Latency against the stable version."""
    prometheus: PrometheusCheck | None = None
    """A query with absolute bounds."""
    quality: QualityCheck | None = None
    """Labels that come later, against the stable version."""
    agreement: AgreementCheck | None = None
    """The same answers to recorded inputs, and to live requests of which it gets a copy."""
    dry_run: bool = False
    """True: judged and shown, but decides nothing."""


class AnalysisSpec(ApiModel):
    """How a new version is judged."""

    interval_seconds: Annotated[int, Field(ge=5, le=3600)] = 15
    """How often counters are read during a rollout."""
    min_requests: Annotated[int, Field(ge=1, le=100000000)] = 300
    """How many requests each version must have answered in a step before the step may pass."""
    false_alarm_percent: Annotated[
        Percent,
        Field(
            json_schema_extra=cel(
                (
                    (
                        "type(self) == int ? self >= 1 && self <= 50 : isQuantity(self) && "
                        "quantity(self).compareTo(quantity('0')) > 0 && "
                        "quantity(self).compareTo(quantity('50')) <= 0"
                    ),
                    "must be above 0 and at most 50",
                )
            )
        ),
    ] = "1"
    """Bound on the chance that a healthy version is rolled back, over the whole rollout."""
    on_no_evidence: Literal["Hold", "Promote", "Rollback"] = "Hold"
    """What happens after evidenceTimeoutSeconds without enough evidence. Hold: the rollout is
    inconclusive until there is evidence, a person decides or a newer version comes. Promote: on to
    the next step if counters were read and nothing failed. Rollback: back to the stable version,
    without quarantine; tried again after a wait that doubles."""
    evidence_timeout_seconds: Annotated[int, Field(ge=10, le=2592000)] = 1800
    """How long a step waits for evidence before onNoEvidence applies, pauses not counted."""
    rehearsal: RehearsalSpec | None = None
    """Recorded inputs are asked before the first live request; absent: none."""
    checks: Annotated[
        tuple[Check, ...],
        Field(
            max_length=16,
            json_schema_extra={
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
            },
        ),
    ] = (
        Check(name="errors", errors=ErrorsCheck()),
        Check(name="latency", latency=LatencyCheck()),
    )
    """What is asked of the new version."""


class ModelDeploymentSpec(ApiModel):
    """What to serve, and how new versions are released and judged."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                (
                    "!has(self.analysis) || !has(self.analysis.checks)"
                    " || self.analysis.checks.all(c, !has(c.agreement))"
                    " || has(self.analysis.rehearsal)"
                    " || has(self.rollout) && (self.rollout.strategy == 'Shadow'"
                    " || has(self.rollout.steps)"
                    " && self.rollout.steps.exists(s, has(s.mirrorPercent)))"
                ),
                (
                    "the check agreement compares answers to recorded inputs, or to requests of"
                    " which the new version gets a copy: set analysis.rehearsal, for example"
                    " {rows: 1000}, or a step with mirrorPercent"
                ),
            )
        )
    )

    model: ModelSource
    """Which model."""
    replicas: Annotated[int, Field(ge=1, le=1000)] = 1
    """Pods of the stable version; autoscalers set it through `scale`."""
    server: ServerSpec = ServerSpec()
    """The model server."""
    pod: ServingPodSettings = ServingPodSettings()
    """The pods that serve."""
    disruption_budget: DisruptionBudget = DisruptionBudget()
    """How many of its pods a drain of nodes may take at a time."""
    traffic: TrafficSpec = TrafficSpec()
    """How requests reach the versions."""
    rollout: RolloutSpec = RolloutSpec()
    """How a new version takes over."""
    analysis: AnalysisSpec = AnalysisSpec()
    """How a new version is judged."""
    monitoring: MonitoringSpec = MonitoringSpec()
    """What is watched after a promotion."""
    notify: Annotated[
        tuple[Notify, ...],
        Field(
            max_length=4,
            json_schema_extra={
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["receiver"],
            },
        ),
    ] = ()
    """Who outside is told of decisions."""
    suspend: bool = False
    """True: serve on as it is; no rollout starts and no weight moves."""


class ModelDeployment(Resource):
    """Serves a model and releases its new versions step by step, with evidence."""

    definition: ClassVar[KindDefinition] = KindDefinition(
        kind="ModelDeployment",
        plural="modeldeployments",
        singular="modeldeployment",
        short_name="mdep",
        scale=True,
        columns=(
            PrinterColumn(name="Ready", json_path='.status.conditions[?(@.type=="Ready")].status'),
            PrinterColumn(name="Stable", json_path=".status.stable.revision"),
            PrinterColumn(name="Canary", json_path=".status.canary.revision"),
            PrinterColumn(
                name="Weight",
                type="integer",
                json_path='.status.traffic[?(@.role=="canary")].weightPercent',
            ),
            PrinterColumn(name="Step", json_path=".status.rollout.progress"),
            PrinterColumn(name="Verdict", json_path=".status.rollout.verdict"),
            PrinterColumn(name="Why", json_path=".status.why"),
            PrinterColumn(name="Age", type="date", json_path=".metadata.creationTimestamp"),
        ),
    )

    spec: ModelDeploymentSpec
    status: ModelDeploymentStatus = ModelDeploymentStatus()
