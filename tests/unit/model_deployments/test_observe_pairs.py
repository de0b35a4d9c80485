"""Which pods are asked for their answers, and what comes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from builders_serving import NOW, a_model_deployment
from kept_pages import KeptPages

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.observe_pairs import LONGEST_WAIT, MOST_PODS, read_pairs
from trainyard.model_deployments.owned_objects import OwnedObjects
from trainyard.ownership import REVISION

BEGAN = NOW - timedelta(seconds=60)


def pod(name: str, revision: str, address: str = "") -> dict[str, Any]:
    """Return a pod of the revision."""
    metadata = {"name": name, "labels": {REVISION: revision}}
    return {"kind": "Pod", "metadata": metadata, "status": {"podIP": address} if address else {}}


def rollout(**fields: Any) -> RolloutStatus:
    """Return a rollout of c in its first step."""
    plain = {"id": "c.1", "revision": "c", "phase": "Progressing", "step": 1}
    times = {"startedAt": BEGAN, "stepStartedAt": BEGAN}
    return RolloutStatus.model_validate({**plain, **times, **fields})


def deployment(found: RolloutStatus) -> ModelDeployment:
    """Return a deployment that releases c beside s."""
    arms = {
        arm: {"revision": name, "bundleDigest": f"sha256:{name * 64}", "image": "i"}
        for arm, name in (("stable", "a"), ("canary", "c"))
    }
    return a_model_deployment(status={"rollout": found.to_api(), **arms})


async def test_every_pod_of_both_versions_is_asked_for_one_window() -> None:
    """The window is named by what the status holds, so that a crash changes no answer."""
    found = rollout(observedUntil=NOW)
    owned = OwnedObjects(pods=[pod("a1", "a", "10.0.0.1"), pod("c1", "c", "10.0.0.2")])
    pages = KeptPages({"10.0.0.1": {"1": "x"}, "10.0.0.2": {"1": "y"}})
    read = await read_pairs(deployment(found), found, owned, pages)
    assert (({"1": "x"},), ({"1": "y"},), "") == (read.stable, read.canary, read.why)
    assert {("http://10.0.0.1:8082", f"c.1 {NOW.isoformat()}", 15 + LONGEST_WAIT)} == {
        asked for asked in pages.asked if "0.1:" in asked[0]
    }
    first = await read_pairs(deployment(found), rollout(), owned, pages)
    assert first.stable == read.stable
    assert f"c.1 {BEGAN.isoformat()}" == pages.asked[-1][1]


async def test_a_pod_that_cannot_be_read_takes_nothing_from_the_others() -> None:
    """It is named; one without an address, or of another version, is not asked."""
    found = rollout()
    pods = [
        *(pod(f"a{n}", "a", f"10.0.0.{n}") for n in (1, 2, 3)),
        pod("a4", "a"),
        pod("b1", "b", "10.0.0.9"),
    ]
    pages = KeptPages({"10.0.0.1": {"1": "x"}})
    read = await read_pairs(deployment(found), found, OwnedObjects(pods=pods), pages)
    assert (({"1": "x"},), ()) == (read.stable, read.canary)
    assert ("pod a2: GET http://10.0.0.2:8082", "and 1 more", 3) == (
        read.why[:32],
        read.why[-10:],
        len(pages.asked),
    )


async def test_so_many_pods_are_asked_at_most() -> None:
    """Fewer requests are paired then."""
    found = rollout()
    pods = [pod(f"a{n}", "a", f"10.0.{n}.1") for n in range(3 * MOST_PODS)]
    pages = KeptPages()
    await read_pairs(deployment(found), found, OwnedObjects(pods=pods), pages)
    assert MOST_PODS == len(pages.asked)
