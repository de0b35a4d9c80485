"""BatchPrediction: score the rows of files with an accepted version, once or by the clock."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import ApiModel, KindDefinition, NameReference, PrinterColumn, Resource, cel
from trainyard.api.names import NAME_RULES
from trainyard.api.pod_settings import TrainingPodSettings
from trainyard.api.sources import Source
from trainyard.api.v1alpha1.batch_prediction_status import MOST_PARTS, BatchPredictionStatus
from trainyard.api.v1alpha1.dataset import ColumnName, CsvOptions
from trainyard.api.v1alpha1.schedule import Schedule
from trainyard.api.v1alpha1.tracking import LineageTracking
from trainyard.api.v1alpha1.training_job import Attempts

_OWN = ("file", "row", "prediction", "bundle_digest")


class BatchModel(ApiModel):
    """Which version scores; each run takes the one that is the right one when it begins."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                (
                    "[has(self.modelDeployment), has(self.trainingJob), has(self.version)]"
                    ".filter(x, x).size() == 1"
                ),
                (
                    "set exactly one of modelDeployment (its stable version), trainingJob (its"
                    " accepted version) and version (pin one ModelVersion)"
                ),
            )
        )
    )

    model_deployment: NameReference | None = None
    """The stable version of this ModelDeployment: what answers live requests."""
    training_job: NameReference | None = None
    """The accepted version of the current inputs of this TrainingJob."""
    version: NameReference | None = None
    """This ModelVersion and no other; it must have been accepted."""


class BatchOutput(ApiModel):
    """Where the predictions go, and what stands beside them."""

    path: (
        Annotated[
            str,
            StringConstraints(
                min_length=1,
                max_length=160,
                pattern=r"^[A-Za-z0-9][A-Za-z0-9._=-]*(/[A-Za-z0-9][A-Za-z0-9._=-]*)*$",
            ),
        ]
        | None
    ) = None
    """The folder below `predictions/` of this namespace's part of the artifact store; each run has
    a folder of its own in it. Absent: the name of the object."""
    columns: Annotated[
        tuple[ColumnName, ...],
        Field(
            max_length=16,
            json_schema_extra={
                "x-kubernetes-list-type": "set",
                **cel(
                    (
                        f"self.all(c, !(c in {list(_OWN)}))",
                        f"{', '.join(_OWN)} are columns of the predictions themselves",
                    )
                ),
            },
        ),
    ] = ()
    """Columns of the source that are carried along as text: a customer's number, say. File and row
    number are there in any case."""


class BatchPredictionSpec(ApiModel):
    """What the user says about the prediction."""

    model: BatchModel
    """Which version scores."""
    source: Annotated[
        Source,
        Field(
            json_schema_extra=cel(
                ("!has(self.captures)", "captured requests have been answered already")
            )
        ),
    ]
    """Where the rows are: exactly one of configMap, pvc, s3, http."""
    format: Literal["csv", "parquet", "jsonl"] | None = None
    """How to read the files; absent: by the file name's ending."""
    csv: CsvOptions = CsvOptions()
    """How CSV files are written; each field absent: as their first lines show."""
    output: BatchOutput = BatchOutput()
    """Where the predictions go."""
    parts: Annotated[int, Field(ge=1, le=MOST_PARTS)] = 1
    """Into how many parts the files are shared out. Each is scored by a pod and written once: what
    was written is not scored again after a failure. One file is in one part."""
    parallelism: Annotated[int, Field(ge=1, le=MOST_PARTS)] = 2
    """How many pods score at a time."""
    schedule: Schedule | None = None
    """When to score by the clock; absent: once, and again when this spec changes."""
    attempts: Attempts = Attempts()
    """How often and how long a run may try."""
    pod: TrainingPodSettings = TrainingPodSettings()
    """Resources and placement of the pods that score."""
    tracking: LineageTracking | None = None
    """Where runs are told: which files which model scored, and where to. Absent: nowhere."""
    suspend: bool = False
    """True: no run begins, and the one at work stops; it goes on where it was when this is false
    again."""


class BatchPrediction(Resource):
    """Scores the rows of files with an accepted version, once or by the clock."""

    definition: ClassVar[KindDefinition] = KindDefinition(
        kind="BatchPrediction",
        plural="batchpredictions",
        singular="batchprediction",
        short_name="bp",
        columns=(
            PrinterColumn(name="Ready", json_path='.status.conditions[?(@.type=="Ready")].status'),
            PrinterColumn(name="Version", json_path=".status.summary.version"),
            PrinterColumn(name="Parts", json_path=".status.summary.parts"),
            PrinterColumn(name="Rows", json_path=".status.summary.rows", type="integer"),
            PrinterColumn(name="Set Aside", json_path=".status.summary.setAside", type="integer"),
            PrinterColumn(name="Finished", json_path=".status.lastRun.finishedAt", type="date"),
            PrinterColumn(name="Why", json_path=".status.summary.why"),
            PrinterColumn(name="Age", json_path=".metadata.creationTimestamp", type="date"),
        ),
        rules=NAME_RULES,
    )

    spec: BatchPredictionSpec
    status: BatchPredictionStatus = BatchPredictionStatus()
