"""When a real prediction is wanted, and from whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment, digest

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.model_deployments.health import Workload
from trainyard.model_deployments.observed import Observed, Prediction
from trainyard.model_deployments.progress import Progress, Scene
from trainyard.model_deployments.proving import answering, proof_wanted, with_proof
from trainyard.model_deployments.source import Wanted

ANSWERED = {"decision": 7, "revision": "s", "answered": True}
SEEN = Observed(INSTALLATION, Wanted("", ""), workloads={"s": Workload("s", ready=1)})


def status(stable: int = 100, **fields: Any) -> dict[str, Any]:
    """Return a status with these weights, in force, proven."""
    traffic = [
        {"role": "stable", "revision": "s", "weightPercent": stable},
        {"role": "canary", "revision": "c", "weightPercent": 100 - stable},
    ]
    plain = {
        "stable": {"revision": "s", "bundleDigest": digest("a")},
        "canary": {"revision": "c", "bundleDigest": digest("b")},
        "traffic": traffic,
        "decision": 7,
        "drainedAt": NOW,
        "proof": ANSWERED,
    }
    return plain | fields


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        pytest.param({}, False, id="it is known"),
        pytest.param({"proof": None}, True, id="never asked"),
        pytest.param({"decision": 8}, True, id="traffic moved since"),
        pytest.param({"decision": 8, "drainedAt": None}, False, id="and is not in force yet"),
        pytest.param({"proof": ANSWERED | {"answered": False}}, True, id="it failed last time"),
        pytest.param({"traffic": []}, False, id="nobody is to answer"),
    ],
)
def test_a_prediction_is_wanted_after_each_change_and_until_it_succeeds(
    fields: dict[str, Any], *, wanted: bool
) -> None:
    """And never for ever."""
    stored = ModelDeploymentStatus.model_validate(status(**fields))
    assert wanted is (proof_wanted(stored, SEEN) is not None)
    gone = replace(SEEN, workloads={})
    assert proof_wanted(stored, gone) is None


def test_the_version_with_most_of_the_requests_is_to_answer() -> None:
    """The stable one where both have the same."""
    for weight, revision in ((95, "s"), (50, "s"), (0, "c")):
        found = answering(ModelDeploymentStatus.model_validate(status(weight)))
        assert found is not None
        assert revision == found.revision


@pytest.mark.parametrize(
    ("prediction", "answered", "message"),
    [
        pytest.param(Prediction(digest("a")), True, "", id="the right version"),
        pytest.param(Prediction(digest("c")), False, "expected sha256:aaa", id="another version"),
        pytest.param(Prediction("", "503"), False, "503", id="no answer"),
    ],
)
def test_only_the_declared_digest_is_proof(
    prediction: Prediction, message: str, *, answered: bool
) -> None:
    """The message says who answered instead."""
    resource = a_model_deployment(status=status(proof=None))
    scene = Scene(resource, replace(SEEN, prediction=prediction), NOW)
    proof = with_proof(scene, Progress(resource.status)).status.proof
    assert proof is not None
    assert (7, "s", answered, True) == (
        proof.decision,
        proof.revision,
        proof.answered,
        message in proof.message,
    )


def test_a_proof_ends_with_the_last_ready_pod() -> None:
    """What answered a minute ago proves nothing now."""
    resource = a_model_deployment(status=status())
    scene = Scene(resource, replace(SEEN, workloads={}), NOW)
    proof = with_proof(scene, Progress(resource.status)).status.proof
    assert proof is not None
    assert not proof.answered
