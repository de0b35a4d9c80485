"""Patched images reach models that serve, on the real node: by request, for a Namespace, by clock.

Each is a release like any other: canary, steps, no request lost.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from cluster.releases import HEALTHY, PATCHED, SERVER, Node, a_node, digest
from cluster.sightings import Status
from cluster_access import kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]
NAMES = ("asked", "one-of-all", "by-the-clock", "own-image")
EACH_MINUTE = json.dumps({"cron": "* * * * *", "seconds": 60})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Node]:
    """Four models serve with an image that is not the installed one any more."""
    async with a_node(tmp_path_factory.mktemp("operator")) as found:
        for name in NAMES:
            own = {"server": {"image": SERVER}} if name == "own-image" else {}
            found.deploy(name, **own)
            found.publish(name, HEALTHY)
        await asyncio.gather(*(found.ready(name) for name in NAMES))
        await installed(found, TRAINYARD_SERVING_IMAGE=PATCHED)
        yield found


async def installed(node: Node, **settings: str) -> None:
    """An upgraded operator is at work."""
    await node.kill()
    node.settings |= settings
    await node.start()


def images(node: Node, name: str) -> set[str]:
    """The images of the model's servers that run."""
    selected = ("-l", f"trainyard.dev/owner={name}", "--field-selector=status.phase=Running")
    pods = json.loads(node.kubectl("get", "pods", *selected, "-o", "json"))["items"]
    return {
        container["image"]
        for pod in pods
        if not pod["metadata"].get("deletionTimestamp")
        for container in pod["spec"]["containers"]
        if container["name"] == "server"
    }


def is_patched(node: Node, name: str) -> bool:
    """Whether a version on the installed image won, and nothing older is kept."""
    status = node.status(name)
    return status["stable"]["image"] == PATCHED and not status.get("outdated")


async def test_the_status_names_what_runs_an_older_image_and_nothing_moves(node: Node) -> None:
    """An upgrade alone restarts no model; an image of the spec's own is its owner's business."""
    for name in NAMES[:3]:
        stable = node.status(name)["stable"]["revision"]
        await node.sees(name, lambda n=name, s=stable: [s] == node.status(n).get("outdated"))  # type: ignore[misc]
    await asyncio.sleep(3)
    assert [{SERVER}] * 4 == [images(node, name) for name in NAMES]
    assert not node.status("own-image").get("outdated")
    assert all(node.status(name).get("rollout") is None for name in NAMES)


async def test_a_request_releases_the_installed_image_as_a_canary(node: Node) -> None:
    """The same bundle, step by step; and the others stay."""
    async with node.load("asked") as load:
        older = node.status("asked")["stable"]["revision"]
        node.ask("asked", "refresh-images@patch-1")
        await node.sees("asked", lambda: node.status("asked").get("canary"))
        status = node.status("asked")
        assert (PATCHED, digest(HEALTHY)) == (
            status["canary"]["image"],
            status["canary"]["bundleDigest"],
        )
        assert (older, [older]) == (status["stable"]["revision"], status["outdated"])
        await node.passes("asked", lambda s: shares(s) == {"stable": 95, "canary": 5})
        await node.passes("asked", lambda s: shares(s) == {"stable": 50, "canary": 50})
        await node.sees("asked", lambda: is_patched(node, "asked"))
        assert node.status("asked")["stable"]["revision"] != older
        await node.sees("asked", lambda: images(node, "asked") == {PATCHED})
        await asyncio.sleep(12)  # the servers of the older image drain for 8 s
    assert {"200": load.sent} == dict(load.codes)
    assert [{SERVER}] * 3 == [images(node, name) for name in NAMES[1:]]


def shares(status: Status) -> dict[str, int]:
    """The weights by role."""
    return {t["role"]: t["weightPercent"] for t in status.get("traffic", ())}


async def test_a_window_releases_by_the_clock(node: Node) -> None:
    """Nobody asks; suspended models and those with an image of their own stay."""
    node.change("one-of-all", suspend=True)
    await installed(node, TRAINYARD_REFRESH_WINDOW=EACH_MINUTE)
    async with node.load("by-the-clock"):
        await node.sees("by-the-clock", lambda: is_patched(node, "by-the-clock"))
    await installed(node, TRAINYARD_REFRESH_WINDOW="{}")
    assert [{SERVER}] * 2 == [images(node, name) for name in ("one-of-all", "own-image")]


async def test_a_namespace_asks_for_all_that_is_outdated(node: Node) -> None:
    """Once: what is released already is left alone."""
    before = node.status("asked")["stable"]["revision"]
    node.change("one-of-all", suspend=False)
    async with node.load("one-of-all"):
        asked = "trainyard.dev/request=refresh-images@patch-1"
        kubectl("annotate", "namespace", node.namespace, asked)
        await node.sees("one-of-all", lambda: is_patched(node, "one-of-all"))
    assert before == node.status("asked")["stable"]["revision"]
    assert {SERVER} == images(node, "own-image")
