"""When a real prediction is wanted, and from whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment, digest
from gateway_answers import GATEWAY

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.model_deployments.monitoring.smoke_test import (
    answering,
    smoke_test_wanted,
    with_smoke_test,
)
from trainyard.model_deployments.observed import Observed, Prediction
from trainyard.model_deployments.revision.workload import Workload
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.traffic.carrier import Carrier, RouterPod
from trainyard.model_deployments.view import View

SPEC = a_model_deployment().spec
ANSWERED = {"routingGeneration": 7, "revision": "s", "answered": True}
CARRIED = Carrier(generation=7, pods=(RouterPod("r", "u", ready=True, annotated=7, reports=7),))
SEEN = Observed(
    INSTALLATION, Wanted("", ""), workloads={"s": Workload("s", ready=1)}, carrier=CARRIED
)


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
        "routingGeneration": 7,
        "routingAppliedAt": NOW,
        "smokeTest": ANSWERED,
    }
    return plain | fields


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        pytest.param({}, False, id="it is known"),
        pytest.param({"smokeTest": None}, True, id="never asked"),
        pytest.param({"smokeTest": ANSWERED | {"routingGeneration": 6}}, True, id="traffic moved"),
        pytest.param(
            {"smokeTest": ANSWERED | {"routingGeneration": 6}, "routingAppliedAt": None},
            True,
            id="and was just seen to be in force",
        ),
        pytest.param(
            {"routingGeneration": 8, "routingAppliedAt": None}, False, id="and is not in force yet"
        ),
        pytest.param({"smokeTest": ANSWERED | {"answered": False}}, True, id="it failed last time"),
        pytest.param({"traffic": []}, False, id="nobody is to answer"),
    ],
)
def test_a_prediction_is_wanted_after_each_change_and_until_it_succeeds(
    fields: dict[str, Any], *, wanted: bool
) -> None:
    """And never for ever."""
    stored = ModelDeploymentStatus.model_validate(status(**fields))
    assert wanted is (smoke_test_wanted(SPEC, stored, SEEN) is not None)
    gone = replace(SEEN, workloads={})
    assert smoke_test_wanted(SPEC, stored, gone) is None


@pytest.mark.parametrize(
    ("traffic", "weights", "revisions"),
    [
        pytest.param({}, (95, 50, 0), "ssc", id="the one with most, the stable one where equal"),
        pytest.param(
            {"mode": "Gateway", "gateway": GATEWAY}, (95, 40, 0), "ssc",
            id="the stable one while it has any, where others are asked through Gateways",
        ),
    ],
)  # fmt: skip
def test_who_is_to_answer(
    traffic: dict[str, Any], weights: tuple[int, ...], revisions: str
) -> None:
    """Most of what the Service is asked."""
    spec = a_model_deployment(traffic=traffic).spec
    found = [answering(spec, ModelDeploymentStatus.model_validate(status(w))) for w in weights]
    assert list(revisions) == [revision.revision for revision in found if revision]
    assert answering(spec, ModelDeploymentStatus()) is None


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
    resource = a_model_deployment(status=status(smoke_test=None))
    view = View(resource, replace(SEEN, prediction=prediction), NOW)
    smoke_test = with_smoke_test(view, view.begin()).status.smoke_test
    assert smoke_test is not None
    assert (7, "s", answered, True) == (
        smoke_test.routing_generation,
        smoke_test.revision,
        smoke_test.answered,
        message in smoke_test.message,
    )


def test_a_proof_ends_with_the_last_ready_pod() -> None:
    """What answered a minute ago proves nothing now."""
    resource = a_model_deployment(status=status())
    view = View(resource, replace(SEEN, workloads={}), NOW)
    smoke_test = with_smoke_test(view, view.begin()).status.smoke_test
    assert smoke_test is not None
    assert not smoke_test.answered


@pytest.mark.parametrize(
    ("seconds", "before", "kept"),
    [
        pytest.param(3, True, True, id="nodes follow the Service in their own time"),
        pytest.param(11, True, False, id="they have had it"),
        pytest.param(3, False, False, id="it was not proven before"),
    ],
)
def test_the_version_before_may_answer_for_a_moment(
    seconds: int, *, before: bool, kept: bool
) -> None:
    """Where the Service just changed that is no failure, and the next prediction tells."""
    smoke_test = ANSWERED | {"routingGeneration": 6, "revision": "c", "answered": before}
    resource = a_model_deployment(status=status(smokeTest=smoke_test))
    late = replace(SEEN, prediction=Prediction(digest("b")))
    view = View(resource, late, NOW + timedelta(seconds=seconds))
    found = with_smoke_test(view, view.begin()).status.smoke_test
    assert kept is (found == resource.status.smoke_test)
    assert found is not None
    assert found.answered is kept
