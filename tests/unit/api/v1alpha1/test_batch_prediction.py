"""The fields of a BatchPrediction, and their bounds.

Proves: operator/trainyard/api/v1alpha1/batch_prediction_status.py
"""

from __future__ import annotations

from typing import Any

import pytest
from batch_stories import a_batch
from pydantic import ValidationError

from trainyard.api.v1alpha1.batch_prediction_status import MOST_PARTS, BatchRun
from trainyard.batch_predictions.identity import output_folder


def test_what_is_not_said_has_a_default() -> None:
    """One object in three lines scores with two pods at a time."""
    spec = a_batch(parts=None).spec
    assert (1, 2, 2, 3600) == (
        spec.parts,
        spec.parallelism,
        spec.attempts.max_retries,
        spec.attempts.deadline_seconds,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"parts": 0},
        {"parts": MOST_PARTS + 1},
        {"parallelism": 0},
        {"output": {"path": "../models"}},
        {"output": {"path": "/a"}},
        {"output": {"path": "a//b"}},
        {"output": {"path": "x" * 161}},
        {"output": {"columns": ["c"] * 17}},
        {"format": "xlsx"},
    ],
)
def test_every_field_is_bounded(changes: dict[str, Any]) -> None:
    """Nothing is written outside of the folder of predictions."""
    with pytest.raises(ValidationError):
        a_batch(**changes)


def test_the_longest_folder_fits_into_the_status() -> None:
    """A path that the spec allows is one that the status can hold."""
    folder = output_folder(a_batch(output={"path": "x" * 160}), f"{'n' * 40}-0123456789")
    longest = next(m for m in BatchRun.model_fields["output"].metadata if hasattr(m, "max_length"))
    assert len(folder) <= longest.max_length
