"""What is a model made of? The identities of recipe, inputs and run.

The field lists are explicit and versioned, and defaults are left out: a field that a later
version adds changes no identity while it has its default, so an upgrade retrains nothing.
Gates, resources, retrain, attempts, suspend and the built-in image never count.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from trainyard.api.v1alpha1.training_job import TrainingJobSpec
from trainyard.conditions import shorten
from trainyard.ownership import child_name
from trainyard.training_jobs.recipes.recipe import recipe_of

_VERSION = 1
_LONGEST = 512


def recipe_digest(spec: TrainingJobSpec) -> str:
    """Return the digest of everything but the data that the model is made of."""
    shared = {
        "version": _VERSION,
        "trust": spec.trust,
        "seed": spec.seed or None,
        "search": _search(spec),
        # Sums in another order give other last digits; how many pods add them up is no recipe.
        "distributed": spec.distributed.engine if spec.distributed is not None else None,
    }
    return _digest({**shared, **recipe_of(spec).identity()})


def _search(spec: TrainingJobSpec) -> dict[str, Any] | None:
    """How many pods try at a time changes no model."""
    if spec.search is None:
        return None
    found = spec.search.to_api()
    del found["parallelism"]
    return found


def inputs_digest(recipe: str, dataset: str | None) -> str:
    """Return the digest of recipe and dataset version: the same inputs give the same model.

    None: an import without data.
    """
    return _digest({"version": _VERSION, "recipe": recipe, "dataset": dataset})


def run_name(training_job: str, inputs: str, attempt: int) -> str:
    """Return the name of run and Job."""
    return child_name(training_job, inputs, str(attempt))


def version_name(training_job: str, bundle: str) -> str:
    """Return the name of the ModelVersion that records the bundle."""
    return f"{training_job}-{bundle.removeprefix('sha256:')[:10]}"


def describe_recipe(spec: TrainingJobSpec) -> str:
    """Return the recipe in short: class and parameters, image, or file; and the seed."""
    seed = f", seed {spec.seed}" if spec.seed else ""
    return shorten(recipe_of(spec).description(), _LONGEST - len(seed)) + seed


def _digest(fields: dict[str, Any]) -> str:
    text = json.dumps(_given(fields), sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _given(value) if isinstance(value, dict) and key != "parameters" else value
        for key, value in fields.items()
        if value is not None
    }
