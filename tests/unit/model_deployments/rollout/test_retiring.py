"""When pods without requests may go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment
from serving_yard import ServingYard

from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.rollout.retiring import may_go
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.view import View


@pytest.mark.parametrize(
    ("drained", "go"),
    [
        pytest.param(None, False, id="not in force"),
        pytest.param(NOW - timedelta(seconds=5), False, id="requests may still be under way"),
        pytest.param(NOW - timedelta(seconds=11), True, id="all of them ended"),
    ],
)
def test_pods_go_after_the_drain(drained: Any, *, go: bool) -> None:
    """Ten seconds after the last router took it over."""
    status = a_model_deployment(status={"routingAppliedAt": drained}).status
    resource = a_model_deployment()
    view = View(resource, Observed(INSTALLATION, Wanted("", "")), NOW)
    assert go is may_go(view, status)


async def test_a_stray_deployment_of_ours_is_removed() -> None:
    """Whatever a lost status forgot."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    stray = await yard.get("Deployment", "team", yard.name("a"))
    assert stray is not None
    metadata = {
        **stray["metadata"],
        "name": "tumours-stray",
        "labels": dict(stray["metadata"]["labels"]),
    }
    metadata["labels"]["trainyard.dev/revision"] = "tumours-stray"
    owned = {"ownerReferences": stray["metadata"]["ownerReferences"]}
    yard.objects["Deployment", "tumours-stray"] = {**stray, "metadata": metadata | owned}
    await yard.run(30)
    assert ("Deployment", "tumours-stray") not in yard.objects
    assert 1 == yard.replicas("a")
