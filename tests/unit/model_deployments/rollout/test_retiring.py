"""When pods without requests may go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment, digest
from serving_yard import ServingYard

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.revision.workload import Workload
from trainyard.model_deployments.rollout.retiring import may_go, retired
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.view import View
from trainyard.objects import ObjectRef


@pytest.mark.parametrize(
    ("drained", "go"),
    [
        pytest.param(None, False, id="not in force"),
        pytest.param(NOW - timedelta(seconds=5), False, id="requests may still be under way"),
        pytest.param(NOW - timedelta(seconds=9.9), False, id="a moment too early"),
        pytest.param(NOW - timedelta(seconds=10), True, id="all of them ended"),
    ],
)
def test_pods_go_after_the_drain(drained: Any, *, go: bool) -> None:
    """Ten seconds after the last router took it over."""
    status = a_model_deployment(status={"routingAppliedAt": drained}).status
    resource = a_model_deployment()
    view = View(resource, Observed(INSTALLATION, Wanted("", "")), NOW)
    assert go is may_go(view, status)


def after(
    *,
    warm_seconds: int | None = None,
    leaving: tuple[str, ...] = (),
    deployments: str = "",
    services: str = "",
    mode: str = "Router",
) -> ModelDeploymentStatus:
    """Return the status after a pass over a deployment that serves `stable`.

    `warm_seconds`: so much longer `previous` was to be kept; None: it has no pods any more.
    """
    warm = None if warm_seconds is None else NOW + timedelta(seconds=warm_seconds)
    status = {
        "stable": {"revision": "stable", "bundleDigest": digest("a")},
        "previous": {"revision": "previous", "bundleDigest": digest("b"), "warmUntil": warm},
        "leaving": list(leaving),
    }
    seen = Observed(
        INSTALLATION,
        Wanted("", ""),
        workloads={name: Workload(name) for name in deployments.split()},
        services={name: ObjectRef("Service", "team", name) for name in services.split()},
    )
    view = View(a_model_deployment(status, traffic={"mode": mode}), seen, NOW)
    return retired(view, view.begin()).status


def test_the_version_before_is_kept_warm_for_its_time() -> None:
    """To the second; it leaves with it, and is still known as the one before."""
    kept = after(warm_seconds=1, deployments="stable previous")
    over = after(warm_seconds=0, deployments="stable previous")
    assert kept.previous is not None
    assert over.previous is not None
    assert ((), NOW + timedelta(seconds=1)) == (kept.leaving, kept.previous.warm_until)
    assert (("previous",), None) == (over.leaving, over.previous.warm_until)
    assert "previous" == over.previous.revision


def test_where_every_pod_gets_requests_nothing_is_kept_warm() -> None:
    """It goes at once, whatever time it had left."""
    found = after(warm_seconds=900, deployments="stable previous", mode="Replicas")
    assert found.previous is not None
    assert (("previous",), None) == (found.leaving, found.previous.warm_until)


@pytest.mark.parametrize(
    ("leaving", "deployments", "services", "expected"),
    [
        pytest.param((), "stable", "stable", (), id="nothing but what serves"),
        pytest.param(("old",), "stable old", "stable", ("old",), id="its pods are there"),
        pytest.param(("old",), "stable", "stable old", ("old",), id="its Service is there"),
        pytest.param(("old",), "stable", "stable", (), id="it is gone"),
        pytest.param(("stable", "old"), "stable old", "", ("old",), id="it serves again"),
        pytest.param((), "stable stray", "stable", ("stray",), id="nobody knows why it is there"),
        pytest.param(("z",), "stable z b a", "c", ("z", "a", "b", "c"), id="strays wait behind"),
        pytest.param(
            ("z",), "z a b c d e f g h", "", ("z", *"abcdefg"), id="eight at once, the rest later"
        ),
    ],
)
def test_who_leaves(
    leaving: tuple[str, ...], deployments: str, services: str, expected: tuple[str, ...]
) -> None:
    """Who was told to and is not gone, then what nobody knows."""
    assert expected == after(leaving=leaving, deployments=deployments, services=services).leaving


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
