"""Can any run of a recipe begin, and pass its gates?"""

from __future__ import annotations

from collections.abc import Iterator

from trainyard.api.v1alpha1.training_job import TrainingJobSpec
from trainyard.training_jobs.refusal import (
    why_never_measured,
    why_unknown,
    why_without_rows,
)
from trainyard.training_jobs.trials import why_no_trials
from trainyardctl.lint.fault import Fault
from trainyardctl.snapshot import Raw


def recipe_faults(raw: Raw) -> Iterator[Fault]:
    """Yield what no run of a TrainingJob can fulfil; its spec has the right form."""
    if raw.get("kind") != "TrainingJob":
        return
    spec = TrainingJobSpec.model_validate(raw["spec"])
    unknown = why_unknown(spec.import_, spec.trust) if spec.import_ is not None else ""
    if unknown:
        field, _, why = unknown.partition(": ")
        yield Fault(field, why)
    untried = why_no_trials(spec.search) if spec.search is not None else ""
    if untried:
        yield Fault("spec.search", untried)
    why = why_never_measured(spec) or why_without_rows(spec)
    if why:
        yield Fault("spec.gates", why)
