"""What may the operator ask the containers of a training Job to do?"""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from trainer.tasks.task_parts import Digest, Document, Source, Text


class DatasetReference(Document):
    """A dataset version in the store."""

    digest: Digest


class BundleReference(Document):
    """A model bundle in the store."""

    digest: Digest


class Preprocessing(Document):
    """How columns are made ready for the estimator."""

    mode: Literal["Auto", "None"] = "Auto"


class Estimator(Document):
    """A scikit-learn estimator by its dotted path; parameters may hold {$float} and {$none}."""

    class_: Text = Field(alias="class")
    parameters: dict[str, Any] = Field(default_factory=dict)
    preprocessing: Preprocessing = Preprocessing()


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


class Recipe(Document):
    """Exactly one of estimator, container, import."""

    estimator: Estimator | None = None
    container: Container | None = None
    import_: Import | None = Field(default=None, alias="import")
    trust: Literal["Pickle"] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [part for part in (self.estimator, self.container, self.import_) if part]
        if len(given) != 1:
            raise ValueError("recipe: exactly one of estimator, container, import")
        return self


class TrainTask(Document):
    """One run: train (or, with `candidate`, only evaluate) on a dataset version."""

    version: Literal[1]
    run: Text
    dataset: DatasetReference
    target: Text
    recipe: Recipe
    recipe_digest: Digest
    seed: int
    champion: BundleReference | None = None
    candidate: BundleReference | None = None
    gates_need_champion: bool = False
