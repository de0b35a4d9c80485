"""What a decision about a ModelVersion looks at."""

from __future__ import annotations

from builders_training import an_installation

from trainyard.model_versions.observed import Observed


def test_nothing_around_a_version_is_a_valid_view() -> None:
    """Its TrainingJob and every deployment may be gone."""
    found = Observed(an_installation())
    assert (found.training_job, found.deployments, found.jobs) == (None, (), ())
