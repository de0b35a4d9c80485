"""What makes a model: an estimator, a container of the user's, or a model from elsewhere."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import ApiModel, DecimalString, Digest, cel
from trainyard.api.pod_settings import EnvironmentVariable
from trainyard.api.sources import Source

BOOSTED = (
    "lightgbm.LGBMClassifier",
    "lightgbm.LGBMRegressor",
    "xgboost.XGBClassifier",
    "xgboost.XGBRegressor",
)
"""What a recipe can name beside the estimators of scikit-learn."""

Argument = Annotated[str, StringConstraints(max_length=4096)]


Parameters = Annotated[
    dict[str, Any],
    Field(default_factory=dict, json_schema_extra={"x-kubernetes-preserve-unknown-fields": True}),
]
ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=128)]


class PreprocessingStep(ApiModel):
    """A transformer of scikit-learn, and the columns that it gets."""

    class_: Annotated[
        str,
        StringConstraints(
            min_length=9, max_length=256, pattern=r"^sklearn(\.[A-Za-z][A-Za-z0-9_]*)+$"
        ),
    ] = Field(alias="class")
    """Import path below `sklearn.`, e.g. `sklearn.feature_extraction.text.TfidfVectorizer`."""
    parameters: Parameters
    """The constructor's parameters, as for the estimator."""
    columns: Annotated[tuple[ColumnName, ...], Field(min_length=1, max_length=256)]
    """Features of the Dataset. A step with the same columns as one before it gets what that made of
    them."""


class Preprocessing(ApiModel):
    """What is put before the estimator."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "(has(self.steps) && self.steps.size() > 0) == (self.mode == 'Custom')",
                "mode Custom and steps go together: give both or neither",
            )
        )
    )

    mode: Literal["Auto", "None", "Custom"] = "Auto"
    """Auto: impute, scale and encode by the columns' kinds; None: the features as they are; Custom:
    the steps, and what no step names as Auto has it."""
    max_categories: Annotated[int, Field(ge=2, le=1000)] = 64
    """How many of a column's texts Auto keeps apart, the most frequent ones; all others count as
    one."""
    steps: Annotated[tuple[PreprocessingStep, ...], Field(max_length=16)] = ()
    """Transformers for columns by name."""


class Calibration(ApiModel):
    """Probabilities are fitted to how often they come true, by rows that were held back."""

    method: Literal["Sigmoid", "Isotonic"] = "Sigmoid"
    """Sigmoid: a logistic curve, for few rows; Isotonic: any rising curve, for a thousand and
    more."""
    folds: Annotated[int, Field(ge=2, le=10)] = 5
    """How many parts of the train rows are held back in turn."""


class Threshold(ApiModel):
    """From which probability on the answer is a class, of two."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            ("has(self.value) != has(self.metric)", "give exactly one of value, metric")
        )
    )

    class_: Annotated[str, StringConstraints(min_length=1, max_length=256)] = Field(alias="class")
    """The class that is answered from the threshold on, as the target says it."""
    value: DecimalString | None = None
    """The threshold."""
    metric: Literal["accuracy", "balanced_accuracy", "f1"] | None = None
    """The threshold is the one of a hundred with which this is highest, by cross-validation on the
    train rows."""


class Estimator(ApiModel):
    """An estimator that the built-in image trains."""

    class_: Annotated[str, StringConstraints(min_length=9, max_length=256)] = Field(
        alias="class",
        json_schema_extra=cel(
            (
                r"self.matches('^sklearn(\\.[A-Za-z_][A-Za-z0-9_]*)+$') || self in "
                + str(list(BOOSTED)),
                (
                    "name an estimator below sklearn. (sklearn.ensemble.RandomForestClassifier) or"
                    f" one of {', '.join(BOOSTED)}; any other trains in spec.container"
                ),
            )
        ),
    )
    """Import path below `sklearn.`, e.g. `sklearn.ensemble.RandomForestClassifier`, or one of
    `lightgbm.LGBMClassifier`, `lightgbm.LGBMRegressor`, `xgboost.XGBClassifier`,
    `xgboost.XGBRegressor`."""
    parameters: Parameters
    """The constructor's parameters. JSON loses 1.0 and null: write `{$float: "1.0"}` and
    `{$none: true}` for these."""
    preprocessing: Preprocessing = Preprocessing()
    """What is put before the estimator."""
    calibration: Calibration | None = None
    """Absent: probabilities are as the estimator says them."""
    threshold: Threshold | None = None
    """Absent: the answer is the likeliest class."""


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

    source: Annotated[
        Source,
        Field(
            json_schema_extra=cel(
                ("!has(self.captures)", "captures are rows of a Dataset, and no model")
            )
        ),
    ]
    """Where the file is."""
    format: Literal["Onnx", "Skops", "Joblib"] | None = None
    """What the file is; absent: as the ending of its name says, .onnx, .skops, .joblib, or .zip:
    an archive of model.joblib and a folder code/ with modules that it imports (Joblib)."""
    digest: Digest
    """The sha256 of the file; anything else is refused."""
