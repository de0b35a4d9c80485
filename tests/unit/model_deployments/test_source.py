"""Which version a TrainingJob or a ModelVersion stands for."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import digest

from trainyard.api.v1alpha1.model_deployment import ModelSource
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.model_deployments.source import NotWanted, Wanted, wanted_version

JOB = ModelSource.model_validate({"trainingJob": {"name": "recipe"}})
PINNED = ModelSource.model_validate({"version": {"name": "recipe-1"}})


def accepted(status: str) -> dict[str, Any]:
    """Return a ModelVersion with this answer of its gates."""
    condition = {"type": "Accepted", "status": status, "message": "rmse 4 > 3"}
    spec = {"bundleDigest": digest("a"), "runtime": "sklearn"}
    return {"spec": spec, "status": {"conditions": [condition]}}


@pytest.mark.parametrize(
    ("model", "found", "reason"),
    [
        pytest.param(JOB, None, Reason.SOURCE_NOT_FOUND, id="no such TrainingJob"),
        pytest.param(JOB, {}, Reason.NO_VERSION_YET, id="a TrainingJob that never ran"),
        pytest.param(JOB, {"status": {"current": {}}}, Reason.NO_VERSION_YET, id="none accepted"),
        pytest.param(PINNED, None, Reason.SOURCE_NOT_FOUND, id="no such ModelVersion"),
        pytest.param(PINNED, {"spec": {}}, Reason.NO_VERSION_YET, id="not judged yet"),
        pytest.param(PINNED, accepted("Unknown"), Reason.NO_VERSION_YET, id="being judged"),
        pytest.param(PINNED, accepted("False"), Reason.VERSION_REFUSED, id="refused by its gates"),
    ],
)
def test_without_an_accepted_version_there_is_a_reason(
    model: ModelSource, found: dict[str, Any] | None, reason: Reason
) -> None:
    """The reason tells apart what is missing, and the message names the object."""
    source = wanted_version(model, found)
    assert isinstance(source, NotWanted)
    assert reason is source.reason
    assert "recipe" in source.message


def test_the_current_version_of_a_training_job_is_wanted() -> None:
    """Deployments follow status.current."""
    current = {"name": "recipe-7", "bundleDigest": digest("b")}
    assert Wanted(digest("b"), "recipe-7") == wanted_version(JOB, {"status": {"current": current}})


def test_the_runtime_that_serves_the_current_version_is_known() -> None:
    """By it the server's image is chosen."""
    current = {"name": "recipe-7", "bundleDigest": digest("b"), "runtime": "onnx"}
    expected = Wanted(digest("b"), "recipe-7", "onnx")
    assert expected == wanted_version(JOB, {"status": {"current": current}})


def test_an_accepted_pinned_version_is_wanted() -> None:
    """The bundle of its spec, once its gates passed."""
    expected = Wanted(digest("a"), "recipe-1", "sklearn")
    assert expected == wanted_version(PINNED, accepted("True"))
