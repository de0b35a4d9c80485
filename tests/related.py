"""Who names whom, read from scratch: for worlds of tests, which keep no index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trainyard.objects import RawObject, name_of
from trainyard.reconciling.references import References
from trainyard.relations import (
    named_by_approval,
    named_by_batch_prediction,
    named_by_dataset,
    named_by_model_deployment,
    named_by_model_version,
    named_by_training_job,
)

NAMED_BY = {
    "Approval": named_by_approval,
    "BatchPrediction": named_by_batch_prediction,
    "Dataset": named_by_dataset,
    "TrainingJob": named_by_training_job,
    "ModelVersion": named_by_model_version,
    "ModelDeployment": named_by_model_deployment,
}


def referrers_in(
    objects: Iterable[RawObject], kind: str, name: tuple[str, str], by: str
) -> Sequence[str]:
    """Return the names of the objects of kind `by` that name this one, in order."""
    references = References(NAMED_BY)
    for raw in objects:
        references.update(raw["kind"], name_of(raw), raw)
    return sorted(references.referrers(kind, name, by))
