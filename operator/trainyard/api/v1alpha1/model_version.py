"""ModelVersion: one immutable result of a run, and what its gates said."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import (
    ApiModel,
    Digest,
    KindDefinition,
    KindStatus,
    PrinterColumn,
    Resource,
    Text,
    cel,
)
from trainyard.api.gates import GateKind
from trainyard.api.measures import MeasureRequest, Measures
from trainyard.api.pod_settings import AS_RECORDED, TrainingPodSettings
from trainyard.api.v1alpha1.federated import FederationRecord
from trainyard.api.v1alpha1.quantitative_analysis import NumberText, QuantitativeAnalysis
from trainyard.api.v1alpha1.task import ShortText, Task
from trainyard.api.v1alpha1.training_job_status import RunCause

Metrics = Annotated[dict[ShortText, NumberText], Field(max_length=64)]


class ModelVersionReason(StrEnum):
    """Why a condition of a ModelVersion is as it is."""

    GATES_PASSED = "GatesPassed"
    """Used when every gate passed."""
    NO_GATES = "NoGates"
    """Used when the TrainingJob has no gates: every version is accepted."""
    GATE_FAILED = "GateFailed"
    """Used when a gate did not pass."""
    COMPARING = "Comparing"
    """Used while the champion, or what a gate asks for, is measured on this version's test rows."""
    CHAMPION_AMBIGUOUS = "ChampionAmbiguous"
    """Used when several ModelDeployments follow the TrainingJob and a gate names none."""
    CHAMPION_NOT_MEASURED = "ChampionNotMeasured"
    """Used when the champion could not be measured on this version's test rows."""
    NOT_MEASURED = "NotMeasured"
    """Used when what a gate asks for could not be measured on this version's test rows."""
    SUPERSEDED = "Superseded"
    """Used when other inputs became current before this version was judged."""
    TRAINING_JOB_NOT_FOUND = "TrainingJobNotFound"
    """Used when the TrainingJob, which holds the gates, is gone and nothing was judged yet."""


class TrainingJobLink(ApiModel):
    """Which TrainingJob made the version."""

    name: ShortText
    """Its name."""
    uid: ShortText = ""
    """Its uid: a later TrainingJob of that name is another one."""


class ChampionMeasured(ApiModel):
    """The champion's own results on this version's test rows."""

    bundle_digest: Digest
    """The champion's bundle."""
    metrics: Metrics | None = None
    """What it reached."""
    measures: Measures | None = None
    """What gates asked of the version beside it: the difference, row by row."""
    error: ShortText = ""
    """Why it could not be measured."""


class CodeRevision(ApiModel):
    """Of which code the container that trained it says that it is made."""

    revision: ShortText
    """The revision of the repository, as the label org.opencontainers.image.revision of an image
    has it."""
    source: ShortText = ""
    """The repository's address, as org.opencontainers.image.source."""
    dirty: bool = False
    """True: files differed from that revision."""


class PackedCode(ApiModel):
    """Modules of its maker that travel in the bundle, because a library has none of them."""

    modules: Annotated[tuple[ShortText, ...], Field(max_length=16)]
    """The names by which they are imported."""
    files: int
    """So many files, listed in the bundle's manifest.json."""
    bytes: int
    """Of all files together."""


class ModelVersionSpec(ApiModel):
    """What a run gave; it never changes."""

    model_config = ConfigDict(
        json_schema_extra=cel(("self == oldSelf", "a ModelVersion's spec never changes"))
    )

    training_job: TrainingJobLink
    """Which TrainingJob made it."""
    run: ShortText
    """Which run made it."""
    attempt: int = 0
    """Which attempt at its inputs the run was."""
    bundle_digest: Digest
    """Names the model's bytes in the store."""
    dataset_digest: Digest | None = None
    """Names the data it was trained and tested on; absent: it was imported without any."""
    inputs_digest: Digest
    """Names the data and the recipe."""
    recipe_digest: Digest
    """Names the recipe."""
    target: ShortText = ""
    """The column it predicts."""
    recipe: Annotated[str, StringConstraints(max_length=512)] = ""
    """The recipe in short: class and parameters, image, or file."""
    author: Annotated[str, StringConstraints(max_length=253)] = ""
    """Who wrote the recipe, as the annotation `trainyard.dev/author` of the TrainingJob said."""
    cause: RunCause | None = None
    """Why the run was started."""
    task: ShortText = ""
    """Classification or Regression."""
    metrics: Metrics | None = None
    """What it reached on the test rows."""
    measures: Measures | None = None
    """What gates asked for beyond the metrics."""
    quantitative_analysis: QuantitativeAnalysis | None = None
    """What a model card shows beyond the metrics: importance of columns, slices, calibration."""
    comparison: ChampionMeasured | None = None
    """The champion, measured in the same run."""
    runtime: ShortText = ""
    """Which runtime serves it."""
    train_rows: int = 0
    """How many rows it learned from."""
    test_rows: int = 0
    """How many rows it was measured on."""
    libraries: Annotated[dict[ShortText, ShortText], Field(max_length=16)] | None = None
    """The libraries that trained it."""
    federation: FederationRecord | None = None
    """The parties that trained it together; absent: one did."""
    image: Annotated[str, StringConstraints(max_length=512)] = ""
    """The image that trained it, as it really ran."""
    code: CodeRevision | None = None
    """What the image says of its code; absent: it says nothing."""
    trust: Literal["Pickle"] | None = None
    """Pickle: its model.joblib runs code in whatever loads it, as the recipe allowed."""
    packed_code: PackedCode | None = None
    """The code of its maker that whatever loads it runs; absent: the bundle holds none."""


class GateOutcome(StrEnum):
    """The three answers of a gate."""

    PASSED = "Passed"
    FAILED = "Failed"
    PENDING = "Pending"
    """The evidence was not there; another gate failed already."""


class GateReport(ApiModel):
    """What one gate said."""

    name: ShortText
    """The gate."""
    kind: GateKind
    """What it compares with."""
    outcome: GateOutcome
    """What it answered."""
    message: ShortText
    """With numbers, e.g. "rmse 4.1 > 3.9 × 1.02"."""


class Evaluation(ApiModel):
    """What the gates said with one champion."""

    champion: Digest | None = None
    """The champion's bundle; absent: there was none or no gate needed one."""
    gates_digest: Digest
    """Names the gates."""
    dataset_digest: Digest | None = None
    """Whose test rows; absent: there were none."""
    at: datetime
    accepted: bool
    gates: Annotated[tuple[GateReport, ...], Field(max_length=16)] = ()


class EvaluateJob(Task):
    """A Job that measures the version, and beside it a champion, on this version's test rows."""

    champion: Digest | None = None
    """The bundle that is measured beside it; absent: there is none."""
    measures: Annotated[tuple[MeasureRequest, ...], Field(max_length=16)] = ()
    """What gates ask for beyond the metrics."""
    pod: Annotated[TrainingPodSettings, AS_RECORDED] = TrainingPodSettings()
    """Resources and placement, as the TrainingJob said when it was decided on."""
    deadline_seconds: int = 3600


class VersionSummary(ApiModel):
    """Short texts for the columns of `kubectl get`."""

    metrics: ShortText = ""
    gates: ShortText = ""
    why: Text = ""


class ModelVersionStatus(KindStatus):
    """What the gates said."""

    evaluations: Annotated[tuple[Evaluation, ...], Field(max_length=5)] = ()
    """The verdicts, newest last."""
    measured: Annotated[tuple[ChampionMeasured, ...], Field(max_length=5)] = ()
    """Champions measured after the run, newest last."""
    measures: Measures | None = None
    """What gates asked for after the run."""
    evaluate: EvaluateJob | None = None
    """The measurement that is under way or failed."""
    summary: VersionSummary | None = None
    """Short texts for `kubectl get`."""


class ModelVersion(Resource):
    """One trained model: its bytes, its data, its recipe, its metrics, and what the gates said."""

    definition: ClassVar[KindDefinition] = KindDefinition(
        kind="ModelVersion",
        plural="modelversions",
        singular="modelversion",
        short_name="mv",
        columns=(
            PrinterColumn(
                name="Accepted", json_path='.status.conditions[?(@.type=="Accepted")].status'
            ),
            PrinterColumn(name="Training Job", json_path=".spec.trainingJob.name"),
            PrinterColumn(name="Metrics", json_path=".status.summary.metrics"),
            PrinterColumn(name="Gates", json_path=".status.summary.gates"),
            PrinterColumn(name="Cause", json_path=".spec.cause.kind"),
            PrinterColumn(name="Why", json_path=".status.summary.why"),
            PrinterColumn(name="Age", json_path=".metadata.creationTimestamp", type="date"),
        ),
        rules=(
            (
                "self.metadata.name.endsWith('-' + self.spec.bundleDigest.substring(7, 17))",
                "the name must end in the first ten hex digits of spec.bundleDigest",
            ),
        ),
    )

    spec: ModelVersionSpec
    status: ModelVersionStatus = ModelVersionStatus()
