"""When a traffic decision is what requests meet."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import NOW, a_model_deployment

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.model_deployments.traffic.carrier import Carrier, RouterPod
from trainyard.model_deployments.traffic.in_force import is_in_force


def router(reports: int | None) -> RouterPod:
    """Return a router that reports this decision."""
    return RouterPod("r", "u", ready=True, annotated=7, reports=reports)


@pytest.mark.parametrize(
    ("fields", "carried", "reports", "expected"),
    [
        pytest.param({}, 7, (7, 7), True, id="every router reports it"),
        pytest.param({}, 7, (7, 6), False, id="one reports the one before"),
        pytest.param({}, 7, (7, None), False, id="one does not answer"),
        pytest.param({}, 6, (7, 7), False, id="it is not written down for them yet"),
        pytest.param({"routingAppliedAt": NOW}, 7, (None, None), True, id="it was before"),
        pytest.param({"routingAppliedAt": NOW}, None, (7, 7), False, id="its carrier is gone"),
        pytest.param({"routingGeneration": 0}, 0, (0, 0), False, id="nothing was decided"),
        pytest.param({"traffic": []}, None, (), True, id="nobody is to get any request yet"),
        pytest.param({"traffic": []}, 6, (6, 6), False, id="somebody still gets requests"),
    ],
)
def test_a_decision_is_in_force_when_every_router_acts_on_it(
    fields: dict[str, Any],
    carried: int | None,
    reports: tuple[int | None, ...],
    expected: bool,
) -> None:
    """And stays so, until another one is made or its carrier is gone."""
    share = {"role": "stable", "revision": "s", "weightPercent": 100}
    status = ModelDeploymentStatus.model_validate(
        {"routingGeneration": 7, "traffic": [share]} | fields
    )
    carrier = Carrier(generation=carried, pods=tuple(router(number) for number in reports))
    assert expected == is_in_force(a_model_deployment().spec, status, carrier)
