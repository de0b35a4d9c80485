"""Which version scores."""

from __future__ import annotations

import pytest
from builders_training import a_model_version, a_training_job, digest, judged

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.batch_predictions.model import Found, Model, NotFound, current_of, pinned, stable_of

CURRENT = {
    "name": "model-b",
    "bundleDigest": digest("b"),
    "inputsDigest": digest("1"),
    "datasetDigest": digest("d"),
}


def deployment(**status: object) -> ModelDeployment:
    """Return a ModelDeployment with this status."""
    spec = {"model": {"trainingJob": {"name": "m"}}}
    return ModelDeployment.model_validate(
        {"metadata": {"name": "d"}, "spec": spec, "status": status}
    )


STABLE = {"revision": "r", "bundleDigest": digest("b"), "modelVersion": "model-b"}
FOUND = Found(digest("b"), "model-b")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(stable_of("d", deployment(stable=STABLE)), FOUND, id="what serves"),
        pytest.param(
            stable_of("d", deployment(canary=STABLE)), "NoVersionYet", id="no canary scores"
        ),
        pytest.param(stable_of("d", None), "ModelNotFound", id="no deployment"),
        pytest.param(
            current_of("t", a_training_job(status={"current": CURRENT})), FOUND, id="accepted"
        ),
        pytest.param(current_of("t", a_training_job()), "NoVersionYet", id="none accepted"),
        pytest.param(current_of("t", None), "ModelNotFound", id="no recipe"),
        pytest.param(
            pinned("model-b", a_model_version("b", status=judged(True))), FOUND, id="a pin"
        ),
        pytest.param(
            pinned("v", a_model_version(status=judged(False))), "VersionRefused", id="refused"
        ),
        pytest.param(pinned("v", a_model_version()), "NoVersionYet", id="not judged"),
        pytest.param(pinned("v", None), "ModelNotFound", id="no version"),
    ],
)
def test_only_an_accepted_version_scores(found: Model, expected: Found | str) -> None:
    """What stands in the way is said, by the name of the field."""
    if isinstance(found, NotFound):
        assert expected == found.reason
        assert found.message
    else:
        assert expected == found
