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
    PodSettings,
    PrinterColumn,
    Resource,
    cel,
)
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus

CheckName = Annotated[
    str, StringConstraints(pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$", min_length=1, max_length=40)
]
Query = Annotated[str, StringConstraints(min_length=1, max_length=2048)]

_BOUNDS = (
    "!(has(self.min) && has(self.max)) || quantity(self.min).compareTo(quantity(self.max)) <= 0",
    "min must not be above max",
)


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


class ServerSpec(ApiModel):
    """The model server."""

    image: Annotated[str, StringConstraints(max_length=512)] = ""
    """Image of the server; empty: the one that the operator was installed with."""
    max_batch_rows: Annotated[int, Field(ge=1, le=4096)] = 512
    """How many rows the server predicts at once."""
    grpc: bool = False
    """True: the server speaks the protocol over gRPC too, on port 9000 of the Service. A change
    is a new revision, released like any other."""


class TrafficSpec(ApiModel):
    """How requests reach the versions."""

    mode: Literal["Router", "Replicas"] = "Router"
    """Router: an Envoy in front, exact weights. Replicas: one Service over the pods of both
    versions, so a weight is a ratio of pods and a weight finer than one pod is refused."""


class Step(ApiModel):
    """One step of a rollout."""

    weight_percent: Annotated[int, Field(ge=1, le=100)]
    """Share of the requests that the new version gets during this step."""
    min_seconds: Annotated[int, Field(ge=0, le=604800)] = 60
    """How long the step lasts at least."""
    pause: Literal["Manual"] | None = None
    """Manual: the step does not end by itself; `trainyard.dev/request: resume@<revision>` ends it
    once its evidence passes."""


class RolloutSpec(ApiModel):
    """How a new version takes over."""

    steps: Annotated[
        tuple[Step, ...],
        Field(
            min_length=1,
            max_length=20,
            json_schema_extra=cel(
                (
                    (
                        "self.map(s, s.weightPercent).isSorted() && self.all(s, self.exists_one(t, "
                        "t.weightPercent == s.weightPercent))"
                    ),
                    "weightPercent must rise from step to step",
                )
            ),
        ),
    ] = (Step(weight_percent=5), Step(weight_percent=50))
    """The weights of the new version, one after the other; after the last one it is promoted."""
    deadline_seconds: Annotated[int, Field(ge=30, le=2592000)] = 3600
    """How long a rollout may take, pauses not counted; then it is held, and never quarantined
    without failure evidence."""
    keep_seconds: Annotated[int, Field(ge=0, le=604800)] = 600
    """How long the old version stays warm after a promotion (mode Router)."""


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


class PrometheusBounds(ApiModel):
    """A query and the range in which its value must be."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            ("has(self.min) || has(self.max)", "set min, max or both"),
            _BOUNDS,
        )
    )

    query: Query
    """PromQL that gives one number. $(revision), $(modeldeployment) and $(namespace) are filled
    in."""
    min: DecimalString | None = None
    """The smallest good value."""
    max: DecimalString | None = None
    """The largest good value."""


class PrometheusCheck(PrometheusBounds):
    """A query of the user about the new version."""

    failure_limit: Annotated[int, Field(ge=1, le=100)] = 2
    """This many bad values in a row are a failure."""


class Check(ApiModel):
    """One question that a new version must answer well; exactly one kind."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                (
                    "[has(self.errors), has(self.latency), has(self.prometheus)]"
                    ".filter(x, x).size() == 1"
                ),
                "set exactly one of errors, latency and prometheus",
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
    on_no_evidence: Literal["Hold", "Promote"] = "Hold"
    """What happens after evidenceTimeoutSeconds without enough evidence. Promote acts only when
    fresh samples prove that the service is idle."""
    evidence_timeout_seconds: Annotated[int, Field(ge=10, le=2592000)] = 1800
    """How long a step waits for evidence before onNoEvidence applies."""
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


class Monitor(ApiModel):
    """A query about the stable version that raises a signal while its value is bad."""

    prometheus: PrometheusBounds
    """The query and its bounds; $(revision) is the stable revision."""
    interval_seconds: Annotated[int, Field(ge=5, le=86400)] = 60
    """How often it is asked."""
    failure_limit: Annotated[int, Field(ge=1, le=100)] = 3
    """This many bad values in a row raise the signal; as many good ones take it back."""


class MonitoringSpec(ApiModel):
    """What is watched after a promotion."""

    errors: Monitor | None = None
    """Raises the signal Errors."""
    quality: Monitor | None = None
    """Raises the signal Quality."""


class ModelDeploymentSpec(ApiModel):
    """What to serve, and how new versions are released and judged."""

    model: ModelSource
    """Which model."""
    replicas: Annotated[int, Field(ge=1, le=1000)] = 1
    """Pods of the stable version; autoscalers set it through `scale`."""
    server: ServerSpec = ServerSpec()
    """The model server."""
    pod: PodSettings = PodSettings()
    """The pods that serve."""
    traffic: TrafficSpec = TrafficSpec()
    """How requests reach the versions."""
    rollout: RolloutSpec = RolloutSpec()
    """How a new version takes over."""
    analysis: AnalysisSpec = AnalysisSpec()
    """How a new version is judged."""
    monitoring: MonitoringSpec = MonitoringSpec()
    """What is watched after a promotion."""
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
