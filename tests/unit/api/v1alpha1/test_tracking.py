"""Where runs are tracked."""

from __future__ import annotations

import pytest
from builders_training import a_training_job
from pydantic import ValidationError


def test_the_name_of_a_server_is_enough() -> None:
    """The experiment has the TrainingJob's own name then."""
    tracking = a_training_job(tracking={"mlflow": {"server": "team"}}).spec.tracking
    assert tracking is not None
    assert tracking.mlflow is not None
    assert ("team", "") == (tracking.mlflow.server, tracking.mlflow.experiment)


@pytest.mark.parametrize(
    "mlflow",
    [{"server": "http://x"}, {"server": ""}, {}, {"server": "team", "experiment": "a\nb"}],
)
def test_what_cannot_be_is_refused(mlflow: dict[str, str]) -> None:
    """An address least of all: objects choose among servers of the installation."""
    with pytest.raises(ValidationError):
        a_training_job(tracking={"mlflow": mlflow})
