"""What a decision about a Dataset looks at."""

from __future__ import annotations

from builders_training import an_installation

from trainyard.datasets.observed import Observed


def test_nothing_around_a_dataset_is_a_valid_view() -> None:
    """No Job is at work and no TrainingJob wants anything."""
    found = Observed(an_installation())
    assert (found.job, found.report, found.requested, found.jobs) == (None, None, (), ())
