"""TrainingJob: a recipe for a model, its gates, when to run again, and the runs."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import (
    ApiModel,
    Digest,
    KindDefinition,
    NameReference,
    ObjectName,
    PodSettings,
    PrinterColumn,
    Resource,
    cel,
)
from trainyard.api.gates import Gate
from trainyard.api.names import NAME_RULES
from trainyard.api.sources import Source
from trainyard.api.v1alpha1.training_job_status import TrainingJobStatus

Argument = Annotated[str, StringConstraints(max_length=4096)]


class Preprocessing(ApiModel):
    """What is put before the estimator."""

    mode: Literal["Auto", "None"] = "Auto"
    """Auto: impute, scale and encode by the columns' kinds; None: the features as they are."""


class Estimator(ApiModel):
    """A scikit-learn estimator that the built-in image trains."""

    class_: Annotated[
        str,
        StringConstraints(
            min_length=9,
            max_length=256,
            pattern=r"^sklearn(\.[A-Za-z_][A-Za-z0-9_]*)+$",
        ),
    ] = Field(alias="class")
    """Import path below `sklearn.`, e.g. `sklearn.ensemble.RandomForestClassifier`."""
    parameters: Annotated[
        dict[str, Any],
        Field(
            default_factory=dict, json_schema_extra={"x-kubernetes-preserve-unknown-fields": True}
        ),
    ]
    """The constructor's parameters. JSON loses 1.0 and null: write `{$float: "1.0"}` and
    `{$none: true}` for these."""
    preprocessing: Preprocessing = Preprocessing()
    """What is put before the estimator."""


class EnvironmentVariable(ApiModel):
    """One variable of the user's container."""

    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$"),
    ]
    """The variable's name."""
    value: Argument = ""
    """The variable's value."""


class TrainingContainer(ApiModel):
    """A container of the user's that trains.

    It reads /trainyard/data and the variables TRAINYARD_*, and writes a model to
    /trainyard/output.
    """

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "!has(self.env) || self.env.all(e, !e.name.startsWith('TRAINYARD_'))",
                "variables that begin with TRAINYARD_ are set by the operator",
            )
        )
    )

    image: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    """The image, best by digest: a tag's content may change."""
    command: Annotated[tuple[Argument, ...], Field(max_length=64)] = ()
    """Replaces the image's entry point."""
    args: Annotated[tuple[Argument, ...], Field(max_length=64)] = ()
    """Arguments of the entry point."""
    env: Annotated[tuple[EnvironmentVariable, ...], Field(max_length=64)] = ()
    """Further variables."""


class ModelImport(ApiModel):
    """A model that was trained elsewhere; it passes the same gates."""

    source: Source
    """Where the file is."""
    format: Literal["Onnx", "Skops", "Joblib"]
    """What the file is."""
    digest: Digest
    """The sha256 of the file; anything else is refused."""


class OnNewData(ApiModel):
    """Run when the Dataset has a new version."""

    min_new_rows: Annotated[int, Field(ge=0, le=10**12)] = 0
    """Only when it has at least this many rows more than the version trained on."""


class OnSignals(ApiModel):
    """Run when a ModelDeployment raises a signal."""

    model_deployment: NameReference
    """Whose signals."""
    signals: Annotated[tuple[Literal["Errors", "Quality"], ...], Field(max_length=2)] = ()
    """Which kinds of signals; empty: all."""


class Brakes(ApiModel):
    """What keeps retraining from running away. First runs, changed recipes and requests pass."""

    cooldown_seconds: Annotated[int, Field(ge=0, le=10**8)] = 3600
    """How long after the last run's end the next one by itself may begin."""
    max_runs_per_day: Annotated[int, Field(ge=1, le=48)] = 4
    """How many runs by itself in any 24 hours."""
    max_failures_in_a_row: Annotated[int, Field(ge=1, le=20)] = 3
    """After so many retrains that came to nothing it stops until somebody releases it."""


class Retrain(ApiModel):
    """When to run again by itself; every trigger is off unless named."""

    on_new_data: OnNewData | None = None
    """Run when the Dataset has a new version."""
    on_signals: Annotated[tuple[OnSignals, ...], Field(max_length=8)] = ()
    """Run when a ModelDeployment raises a signal."""
    brakes: Brakes = Brakes()
    """What keeps retraining from running away."""


class Attempts(ApiModel):
    """How often and how long a run may try."""

    max_retries: Annotated[int, Field(ge=0, le=20)] = 2
    """How often a run is tried again after a machine's fault."""
    deadline_seconds: Annotated[int, Field(ge=10, le=10**7)] = 3600
    """How long one attempt may take."""


class DatasetReference(ApiModel):
    """Which data to train on."""

    name: ObjectName
    """The Dataset."""
    digest: Digest | None = None
    """Pins one version; absent: by the rules of retrain."""


class TrainingJobSpec(ApiModel):
    """What the user says about the training."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "[has(self.estimator),has(self.container),has(self.__import__)].filter(x,x).size()==1",
                "give exactly one of estimator, container, import",
            ),
            (
                "!has(self.retrain) || !has(self.retrain.onNewData) || !has(self.dataset.digest)",
                "a pinned dataset.digest never has new data: remove retrain.onNewData or the pin",
            ),
            (
                (
                    "!has(self.__import__) || self.__import__.format != 'Joblib'"
                    " || (has(self.trust) && self.trust == 'Pickle')"
                ),
                "joblib files run code when they are loaded: say trust: Pickle if you trust it",
            ),
        )
    )

    dataset: DatasetReference
    """Which data to train on."""
    estimator: Estimator | None = None
    """A scikit-learn estimator that the built-in image trains."""
    container: TrainingContainer | None = None
    """A container of the user's that trains."""
    import_: ModelImport | None = Field(default=None, alias="import")
    """A model that was trained elsewhere."""
    trust: Literal["Pickle"] | None = None
    """Pickle: joblib files may be loaded, which runs code from them."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """Seeds every random choice of the training."""
    gates: Annotated[
        tuple[Gate, ...],
        Field(
            max_length=16,
            json_schema_extra={
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
                **cel(
                    (
                        (
                            "self.all(g, !has(g.againstChampion) || "
                            "self.all(h, !has(h.againstChampion) || ("
                            "has(g.againstChampion.modelDeployment) == "
                            "has(h.againstChampion.modelDeployment) && "
                            "(!has(g.againstChampion.modelDeployment) || "
                            "g.againstChampion.modelDeployment.name == "
                            "h.againstChampion.modelDeployment.name))))"
                        ),
                        (
                            "all gates must name the same modelDeployment: a version is compared"
                            " with one champion"
                        ),
                    )
                ),
            },
        ),
    ] = ()
    """What a version must fulfil to be accepted."""
    retrain: Retrain = Retrain()
    """When to run again by itself."""
    attempts: Attempts = Attempts()
    """How often and how long a run may try."""
    pod: PodSettings = PodSettings()
    """Resources and placement of the training pods."""
    suspend: bool = False
    """True: no new run begins and the one at work is stopped."""
    history_limit: Annotated[int, Field(ge=1, le=10)] = 10
    """How many ended runs, and how many unused versions, are kept."""


class TrainingJob(Resource):
    """A recipe: data, code, parameters, gates, and when to run again."""

    definition: ClassVar[KindDefinition] = KindDefinition(
        kind="TrainingJob",
        plural="trainingjobs",
        singular="trainingjob",
        short_name="tj",
        columns=(
            PrinterColumn(name="Ready", json_path='.status.conditions[?(@.type=="Ready")].status'),
            PrinterColumn(name="Run", json_path=".status.summary.run"),
            PrinterColumn(name="Champion", json_path=".status.summary.champion"),
            PrinterColumn(name="Gates", json_path=".status.summary.gates"),
            PrinterColumn(name="Next", json_path=".status.summary.next"),
            PrinterColumn(name="Why", json_path=".status.summary.why"),
            PrinterColumn(name="Age", json_path=".metadata.creationTimestamp", type="date"),
        ),
        rules=NAME_RULES,
    )

    spec: TrainingJobSpec
    status: TrainingJobStatus = TrainingJobStatus()
