"""TrainingJob: a recipe for a model, its gates, when to run again, and the runs."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import (
    ApiModel,
    Digest,
    KindDefinition,
    ObjectName,
    PrinterColumn,
    Resource,
    Text,
    cel,
)
from trainyard.api.gates import Gate
from trainyard.api.names import NAME_RULES
from trainyard.api.pod_settings import TrainingPodSettings
from trainyard.api.v1alpha1.distributed import Distributed
from trainyard.api.v1alpha1.federated import Federated
from trainyard.api.v1alpha1.recipe import Estimator, ModelImport, TrainingContainer
from trainyard.api.v1alpha1.retrain import Retrain
from trainyard.api.v1alpha1.search import Search
from trainyard.api.v1alpha1.task import ShortText
from trainyard.api.v1alpha1.tracking import Tracking
from trainyard.api.v1alpha1.training_job_status import TrainingJobStatus

QueueName = Annotated[
    str, StringConstraints(max_length=63, pattern=r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$")
]


class Attempts(ApiModel):
    """How often and how long a run may try."""

    max_retries: Annotated[int, Field(ge=0, le=20)] = 2
    """How often in a row a run is tried again after a failure of the infrastructure."""
    deadline_seconds: Annotated[int, Field(ge=10, le=10**7)] = 3600
    """How long one attempt may take."""


class ModelCard(ApiModel):
    """What only people can say of the model; no part of what it is made of."""

    intended_use: Text = ""
    """What it is for, and for whom."""
    out_of_scope_use: Text = ""
    """What it must not be used for."""
    limitations: Text = ""
    """What it cannot do, and what is known of its faults."""
    owners: Annotated[tuple[ShortText, ...], Field(max_length=8)] = ()
    """Who answers for it: names, teams, addresses."""
    license: Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9.+-]*$")] = ""
    """Under which licence it is given on, as SPDX names it."""


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
                (
                    "[has(self.estimator),has(self.container),has(self.__import__),"
                    "has(self.federated)].filter(x,x).size()==1"
                ),
                "give exactly one of estimator, container, import, federated",
            ),
            (
                "!has(self.search) || has(self.estimator)",
                "search needs an estimator: a container searches for itself",
            ),
            (
                "!has(self.distributed) || has(self.estimator)",
                "distributed needs an estimator: a container distributes for itself",
            ),
            (
                "has(self.dataset) || has(self.__import__)",
                "name the dataset to train on: only an import can do without",
            ),
            (
                (
                    "!has(self.retrain) || !has(self.retrain.onNewData)"
                    " || (has(self.dataset) && !has(self.dataset.digest))"
                ),
                (
                    "without a dataset, or with a pinned dataset.digest, there is never new data:"
                    " remove retrain.onNewData or the pin"
                ),
            ),
            (
                (
                    "!has(self.__import__) || !has(self.__import__.format)"
                    " || self.__import__.format != 'Joblib'"
                    " || (has(self.trust) && self.trust == 'Pickle')"
                ),
                "joblib files run code when they are loaded: say trust: Pickle if you trust it",
            ),
        )
    )

    dataset: DatasetReference | None = None
    """Which data to train on, and whose test rows the gates measure. Only an import can do without:
    it is served as it is, what it takes is read from its file, and gates that need rows are
    refused."""
    estimator: Estimator | None = None
    """An estimator of scikit-learn, XGBoost or LightGBM that the built-in image trains."""
    container: TrainingContainer | None = None
    """A container of the user's that trains."""
    import_: ModelImport | None = Field(default=None, alias="import")
    """A model that was trained elsewhere."""
    federated: Federated | None = None
    """An estimator that several parties train, each on rows that stay with it. spec.dataset then
    has the rows to test on, and the columns that all of them have."""
    search: Search | None = None
    """Which of the estimator's parameters are searched for, and how."""
    distributed: Distributed | None = None
    """Whether the model is fitted by several pods, and by how many."""
    trust: Literal["Pickle"] | None = None
    """Pickle: joblib files may be loaded, which runs code from them, and modules of their maker's
    may travel with them in a folder `code`, which are run wherever the model is loaded."""
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
    tracking: Tracking | None = None
    """Where runs and versions are tracked beside the cluster."""
    card: ModelCard | None = None
    """What the model card of its versions says beside what is recorded."""
    attempts: Attempts = Attempts()
    """How often and how long a run may try."""
    pod: TrainingPodSettings = TrainingPodSettings()
    """Resources and placement of the training pods."""
    queue_name: QueueName = ""
    """The LocalQueue of Kueue in this namespace that admits the Jobs of runs; empty: they begin at
    once. No part of what a model is made of."""
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
