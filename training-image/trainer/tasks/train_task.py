"""What may the operator ask the containers of a training Job to do?"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from trainer.tasks.federation import Federation
from trainer.tasks.measures import Measure
from trainer.tasks.task_parts import Digest, Document, Exact, Source, Text

MAX_CATEGORIES = 64
"""So many of a feature's texts, the most frequent, are kept apart by the built-in preprocessing
where nobody says otherwise."""


class DatasetReference(Document):
    """A dataset version in the store."""

    digest: Digest


class BundleReference(Document):
    """A model bundle in the store."""

    digest: Digest


class Step(Document):
    """A transformer by its dotted path, and the columns that it gets."""

    class_: Text = Field(alias="class")
    parameters: dict[str, Any] = Field(default_factory=dict)
    columns: Annotated[tuple[Text, ...], Field(min_length=1)]


class Preprocessing(Document):
    """How columns are made ready for the estimator."""

    mode: Literal["Auto", "None", "Custom"] = "Auto"
    max_categories: Annotated[int, Field(ge=2, le=1000)] = MAX_CATEGORIES
    steps: tuple[Step, ...] = ()


class Calibration(Document):
    """Probabilities are fitted to how often they come true."""

    method: Literal["Sigmoid", "Isotonic"]
    folds: Annotated[int, Field(ge=2, le=10)]


class Threshold(Document):
    """From which probability on the answer is `class`: a value, or the best one by a metric."""

    class_: Text = Field(alias="class")
    value: Exact | None = None
    metric: Literal["accuracy", "balanced_accuracy", "f1"] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.value is None) == (self.metric is None):
            raise ValueError("threshold: exactly one of value, metric")
        return self


class Estimator(Document):
    """A scikit-learn estimator by its dotted path; parameters may hold {$float} and {$none}."""

    class_: Text = Field(alias="class")
    parameters: dict[str, Any] = Field(default_factory=dict)
    preprocessing: Preprocessing = Preprocessing()
    calibration: Calibration | None = None
    threshold: Threshold | None = None


class EnvironmentVariable(Document):
    """One variable of a user's container."""

    name: Text
    value: str = ""


class Container(Document):
    """A user's training image."""

    image: Text
    command: tuple[str, ...] | None = None
    args: tuple[str, ...] | None = None
    env: tuple[EnvironmentVariable, ...] = ()


class Import(Document):
    """A model that was trained elsewhere."""

    source: Source
    format: Literal["Onnx", "Skops", "Joblib"]
    digest: Digest


class Federated(Federation):
    """An estimator that several parties train, each on its own rows."""

    estimator: Estimator


class Recipe(Document):
    """Exactly one of estimator, container, import, federated."""

    estimator: Estimator | None = None
    container: Container | None = None
    import_: Import | None = Field(default=None, alias="import")
    federated: Federated | None = None
    trust: Literal["Pickle"] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        parts = (self.estimator, self.container, self.import_, self.federated)
        if sum(part is not None for part in parts) != 1:
            raise ValueError("recipe: exactly one of estimator, container, import, federated")
        return self


class Trial(Document):
    """Parameters that a search tries, and their score once it is known."""

    parameters: dict[str, Any]
    score: str | None = None


class Range(Document):
    """Numbers from `min` to `max`; log: each tenfold is tried as often."""

    min: float
    max: float
    log: bool = False


class Dimension(Document):
    """A parameter of the estimator and what may be chosen for it."""

    name: Text
    values: tuple[str, ...] | None = None
    int_: Range | None = Field(default=None, alias="int")
    float_: Range | None = Field(default=None, alias="float")


class EarlierTrial(Document):
    """What a trial of an earlier round chose (of values the place), and its mean after each fold;
    without means it failed.
    """

    numbers: tuple[int | float, ...]
    means: tuple[float, ...] = ()
    pruned: bool = False


class Study(Document):
    """What the trials of a round learn from; the first of them has this number in the search."""

    first: Annotated[int, Field(ge=0)]
    space: Annotated[tuple[Dimension, ...], Field(max_length=20)]
    lower_is_better: bool
    earlier: Annotated[tuple[EarlierTrial, ...], Field(max_length=100)] = ()


class Search(Document):
    """A search for parameters: each trial is a pod's, by its completion index."""

    objective: Text
    folds: Annotated[int, Field(ge=2, le=10)]
    part: Annotated[int, Field(ge=1)] = 1
    """One of so many parts of the train rows is looked at; 1: all of them."""
    trials: Annotated[tuple[Trial, ...], Field(max_length=100)]
    study: Study | None = None
    """Where the trials choose for themselves."""


class Distributed(Document):
    """Pods that share the work of the fit."""

    workers: Annotated[int, Field(ge=1, le=64)]


class TrainTask(Document):
    """One run on a dataset version: train by `recipe`, or only evaluate `candidate`."""

    version: Literal[1]
    run: Text
    dataset: DatasetReference | None
    """None: a model that was imported without data; nothing but its file says what it takes."""
    target: str
    recipe: Recipe | None = None
    recipe_digest: Digest
    seed: int
    champion: BundleReference | None = None
    candidate: BundleReference | None = None
    gates_need_champion: bool = False
    search: Search | None = None
    distributed: Distributed | None = None
    measures: Annotated[tuple[Measure, ...], Field(max_length=16)] = ()

    @model_validator(mode="after")
    def _has_one_model(self) -> Self:
        if (self.recipe is None) == (self.candidate is None):
            raise ValueError("exactly one of recipe, candidate")
        if self.dataset is None and self.recipe is not None and self.recipe.import_ is None:
            raise ValueError("only an import can do without a dataset")
        return self

    @property
    def data_digest(self) -> str | None:
        """Names the dataset version; None: there is none."""
        return self.dataset.digest if self.dataset is not None else None

    @property
    def trust(self) -> Literal["Pickle"] | None:
        """Whether the model may run code when it is loaded."""
        return self.recipe.trust if self.recipe is not None else None
