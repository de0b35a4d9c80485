"""What is a model made of? The identities of recipe, inputs and run.

The field lists are explicit and versioned, and defaults are left out: a field that a later
version adds changes no identity while it has its default, so an upgrade retrains nothing.
Gates, resources, retrain, attempts, suspend and the built-in image never count.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from trainyard.api.v1alpha1.training_job import (
    Estimator,
    ModelImport,
    TrainingContainer,
    TrainingJobSpec,
)
from trainyard.conditions import shorten
from trainyard.ownership import child_name

_VERSION = 1
_LONGEST = 512


def recipe_digest(spec: TrainingJobSpec) -> str:
    """Return the digest of everything but the data that the model is made of."""
    return _digest(
        {
            "version": _VERSION,
            "estimator": _estimator(spec.estimator) if spec.estimator else None,
            "container": _container(spec.container) if spec.container else None,
            "import": _import(spec.import_) if spec.import_ else None,
            "trust": spec.trust,
            "seed": spec.seed or None,
        }
    )


def inputs_digest(recipe: str, dataset: str) -> str:
    """Return the digest of recipe and dataset version: the same inputs give the same model."""
    return _digest({"version": _VERSION, "recipe": recipe, "dataset": dataset})


def run_name(training_job: str, inputs: str, attempt: int) -> str:
    """Return the name of run and Job."""
    return child_name(training_job, inputs, str(attempt))


def version_name(training_job: str, bundle: str) -> str:
    """Return the name of the ModelVersion that records the bundle."""
    return f"{training_job}-{bundle.removeprefix('sha256:')[:10]}"


def describe_recipe(spec: TrainingJobSpec) -> str:
    """Return the recipe in short: class and parameters, image, or file; and the seed."""
    if spec.estimator is not None:
        parameters = json.dumps(spec.estimator.parameters, sort_keys=True)
        text = f"{spec.estimator.class_} {parameters}"
        if spec.estimator.preprocessing.mode != "Auto":
            text += f", preprocessing {spec.estimator.preprocessing.mode}"
    elif spec.container is not None:
        text = spec.container.image
    elif spec.import_ is not None:
        text = f"{spec.import_.format} file {spec.import_.digest}"
    else:
        text = ""
    seed = f", seed {spec.seed}" if spec.seed else ""
    return shorten(text, _LONGEST - len(seed)) + seed


def _estimator(estimator: Estimator) -> dict[str, Any]:
    mode = estimator.preprocessing.mode
    return {
        "class": estimator.class_,
        "parameters": dict(estimator.parameters) or None,
        "preprocessing": None if mode == "Auto" else mode,
    }


def _container(container: TrainingContainer) -> dict[str, Any]:
    return {
        "image": container.image,
        "command": list(container.command) or None,
        "args": list(container.args) or None,
        "env": [[v.name, v.value] for v in container.env] or None,
    }


def _import(imported: ModelImport) -> dict[str, Any]:
    """Where the file lies does not count: its digest says what it is."""
    return {"format": imported.format, "digest": imported.digest}


def _digest(fields: dict[str, Any]) -> str:
    text = json.dumps(_given(fields), sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _given(value) if isinstance(value, dict) and key != "parameters" else value
        for key, value in fields.items()
        if value is not None
    }
