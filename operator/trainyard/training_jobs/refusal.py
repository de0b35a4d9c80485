"""Why does no run of this recipe begin, whatever data there is?"""

from __future__ import annotations

import difflib

from trainyard.api.gates import HIGHER_IS_BETTER, LOWER_IS_BETTER
from trainyard.api.v1alpha1.recipe import ModelImport
from trainyard.api.v1alpha1.training_job import TrainingJobSpec
from trainyard.installation import Installation
from trainyard.jobs.forbidden_sources import why_forbidden
from trainyard.training_jobs.recipes.imported import format_of, imported_from
from trainyard.training_jobs.trials import why_no_trials

_MEASURED = tuple(sorted(HIGHER_IS_BETTER | LOWER_IS_BETTER))
_SAME_LETTERS = 0.8
"""How alike the letters of two names are, in whatever order: aucroc is roc_auc."""


def why_refused(spec: TrainingJobSpec, installation: Installation) -> str:
    """Return what has to be changed in the spec before a run can begin, or ""."""
    forbidden = why_forbidden(imported_from(spec), installation)
    if forbidden:
        return f"spec.import.{forbidden}"
    if spec.import_ is not None and (unknown := why_unknown(spec.import_, spec.trust)):
        return unknown
    if spec.search is not None and (untried := why_no_trials(spec.search)):
        return f"spec.search: {untried}"
    if spec.federated is not None and not installation.federated_image:
        return (
            "spec.federated: this installation has no image for it: set images.federated of the"
            " chart (TRAINYARD_FEDERATED_IMAGE)"
        )
    unmeasured = why_never_measured(spec) or why_without_rows(spec)
    return f"spec.gates: {unmeasured}" if unmeasured else ""


def why_unknown(imported: ModelImport, trust: str | None) -> str:
    """Return why the file cannot be loaded, whatever is in it, or ""."""
    kind = format_of(imported)
    if not kind:
        return (
            "spec.import.format: the source names no file that ends in .onnx, .skops, .joblib or"
            " .zip: say what the file is with format: Onnx, Skops or Joblib"
        )
    if kind == "Joblib" and trust != "Pickle":
        return (
            "spec.import: joblib files, in a .zip too, run code when they are loaded: say trust:"
            " Pickle if you trust it, or import .skops or .onnx"
        )
    return ""


def why_without_rows(spec: TrainingJobSpec) -> str:
    """Return which gate needs rows that the recipe does not name, or ""."""
    if spec.dataset is not None:
        return ""
    gate = next((g for g in spec.gates if g.size is None), None)
    if gate is None:
        return ""
    return (
        f"gate {gate.name} is measured on the test rows of a Dataset, and this import names none:"
        " name one with spec.dataset, or remove the gate; only a size gate needs no rows"
    )


def why_never_measured(spec: TrainingJobSpec) -> str:
    """Return which gate no run can pass and what may be meant, or "".

    Only a container reports metrics of its own.
    """
    if spec.container is not None:
        return ""
    odd = next((g for g in spec.gates if g.metric is not None and g.metric not in _MEASURED), None)
    if odd is None or odd.metric is None:
        return ""
    return (
        f"no run of this recipe measures {odd.metric}, which gate {odd.name} asks for."
        f"{_suggestion(odd.metric)} Measured are, where the model gives what they need:"
        f" {', '.join(_MEASURED)}; a metric of your own needs spec.container, which reports it"
    )


def _suggestion(metric: str) -> str:
    close = difflib.get_close_matches(metric.lower(), _MEASURED, n=1)
    if not close:
        by_letters = {_letters(name): name for name in _MEASURED}
        found = difflib.get_close_matches(_letters(metric), by_letters, 1, _SAME_LETTERS)
        close = [by_letters[letters] for letters in found]
    return f" Did you mean {close[0]}?" if close else ""


def _letters(name: str) -> str:
    return "".join(sorted(name.lower().replace("_", "")))
