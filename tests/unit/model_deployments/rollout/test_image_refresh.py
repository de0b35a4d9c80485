"""An upgrade alone releases nothing; asked, what serves moves to the installed images."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders_serving import INSTALLATION, NAMESPACE, digest
from serving_yard import ServingYard

from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.installation import Installation
from trainyard.model_deployments.rollout.image_refresh import outdated_image
from trainyard.ownership import REQUEST
from trainyard.refresh_window import RefreshWindow

SPEC: dict[str, Any] = {"replicas": 2, "rollout": {"steps": [{"weightPercent": 10}]}}
NEWER = replace(INSTALLATION, serving_image="trainyard/serving:2")
NIGHTLY = RefreshWindow(cron="0 3 * * *")


async def serving(spec: dict[str, Any] | None = None) -> ServingYard:
    """Return a yard that serves version a, whose operator was upgraded."""
    yard = ServingYard(spec=SPEC | (spec or {}))
    yard.publish("a")
    await yard.run(30)
    yard.installation = NEWER
    await yard.run(5)
    return yard


def image(yard: ServingYard) -> str:
    """Return the image that the stable version runs."""
    stable = yard.resource.status.stable
    assert stable is not None
    deployment = yard.objects["Deployment", stable.revision]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    found: str = container["image"]
    return found


def ask_namespace(yard: ServingYard, request: str) -> None:
    """Annotate the Namespace."""
    metadata = {"name": NAMESPACE, "annotations": {REQUEST: request}}
    yard.objects["Namespace", NAMESPACE] = {"metadata": metadata}


async def test_the_status_names_what_runs_an_older_image() -> None:
    """Until it runs the installed one; the upgrade itself releases nothing."""
    yard = await serving()
    assert (yard.name("a"),) == yard.resource.status.outdated
    assert "trainyard/serving:1" == image(yard)
    assert yard.resource.status.rollout is None


async def test_by_request_the_same_bundle_is_released_with_the_installed_image() -> None:
    """Through the steps, judged like any other version; then nothing is outdated."""
    yard = await serving()
    old = yard.name("a")
    yard.ask("refresh-images@2026-11")
    await yard.run(20)
    rollout = yard.resource.status.rollout
    assert rollout is not None
    assert 1 == rollout.step
    assert image(yard) == "trainyard/serving:1", "the old one serves on"
    await yard.run(240)
    status = yard.resource.status
    assert status.stable is not None
    assert old != status.stable.revision
    assert (digest("a"), "trainyard/serving:2") == (status.stable.bundle_digest, image(yard))
    assert status.rollout is None
    assert (old,) == status.outdated, "it is kept warm, to go back to"
    assert "Done" == status.requests[-1].outcome


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        pytest.param("refresh-images", "wants a token", id="no token"),
        pytest.param(f"refresh-images@{'x' * 64}", "63 characters", id="a token without end"),
    ],
)
async def test_a_request_that_says_too_little_is_refused(request_: str, words: str) -> None:
    """With what to write instead."""
    yard = await serving()
    yard.ask(request_)
    await yard.run(5)
    found = yard.resource.status.requests[-1]
    assert ("Refused", True) == (found.outcome, words in found.message)


async def test_the_same_token_acts_once() -> None:
    """Also in other words around it."""
    yard = await serving()
    yard.ask("refresh-images@a")
    await yard.run(300)
    yard.ask("refresh-images@a#again")
    await yard.run(5)
    assert "Refused" == yard.resource.status.requests[-1].outcome
    assert yard.resource.status.rollout is None


async def test_a_namespace_asks_for_all_that_is_outdated() -> None:
    """Once: what was released since then is not moved again by the annotation that stays."""
    yard = await serving()
    ask_namespace(yard, "refresh-images@2026-11")
    await yard.run(300)
    assert "trainyard/serving:2" == image(yard)
    served = yard.resource.status.stable
    yard.installation = replace(INSTALLATION, serving_image="trainyard/serving:3")
    await yard.run(60)
    assert served == yard.resource.status.stable
    ask_namespace(yard, "refresh-images@2026-12")
    await yard.run(300)
    assert "trainyard/serving:3" == image(yard)
    why = "runs trainyard/serving:2, which is not installed any more: by request of the Namespace"
    assert f"{served and served.revision} {why}" in [message for _, message in yard.events]
    assert "2026-12" == yard.resource.status.namespace_image_refresh
    yard.installation = NEWER
    del yard.objects["Namespace", NAMESPACE]
    await yard.run(60)
    assert ("trainyard/serving:3", 2) == (image(yard), len(_refreshed(yard))), "nobody asks"


async def test_a_namespace_asks_before_anything_serves() -> None:
    """There is nothing to move, and what comes later runs what is installed."""
    yard = ServingYard(spec=SPEC)
    ask_namespace(yard, "refresh-images@2026-11")
    await yard.run(60)
    assert yard.resource.status.stable is None
    yard.publish("a")
    await yard.run(60)
    assert ({"a": 100}, []) == (yard.weights, _refreshed(yard))


def _refreshed(yard: ServingYard) -> list[str]:
    return [message for reason, message in yard.events if reason == "ImagesRefreshed"]


async def test_what_is_not_outdated_is_left_alone_by_its_namespace() -> None:
    """A release without need costs pods and attention."""
    yard = ServingYard(spec=SPEC)
    yard.publish("a")
    await yard.run(30)
    ask_namespace(yard, "refresh-images@2026-11")
    await yard.run(60)
    status = yard.resource.status
    assert status.stable is not None
    assert (yard.name("a"), None) == (status.stable.revision, status.rollout)


async def test_an_image_of_the_users_own_is_never_outdated() -> None:
    """Whoever names it, changes it."""
    yard = await serving({"server": {"image": "mine:1"}})
    assert () == yard.resource.status.outdated
    ask_namespace(yard, "refresh-images@2026-11")
    await yard.run(60)
    assert yard.resource.status.rollout is None


async def capturing(installation: Installation, spec: dict[str, Any]) -> ServingYard:
    """Return a yard that serves and captures, whose operator was upgraded to this one."""
    yard = ServingYard(spec=SPEC | {"monitoring": {"capture": {}}} | spec)
    yard.publish("a")
    await yard.run(30)
    yard.installation = installation
    await yard.run(5)
    return yard


def collector(yard: ServingYard) -> str:
    """Return the image that keeps the requests of the stable version."""
    stable = yard.resource.status.stable
    assert stable is not None
    deployment = yard.objects["Deployment", stable.revision]
    _, found = deployment["spec"]["template"]["spec"]["containers"]
    image: str = found["image"]
    return image


@pytest.mark.parametrize("server", [{}, {"image": "mine:1"}], ids=["ours", "own"])
async def test_a_newer_collector_is_released_as_well(server: dict[str, Any]) -> None:
    """It has the store's keys, beside a server of whomever."""
    newer = replace(INSTALLATION, training_image="trainyard/training:2")
    yard = await capturing(newer, {"server": server})
    assert (yard.name("a"),) == yard.resource.status.outdated
    assert "trainyard/training:1" == collector(yard), "the upgrade itself restarts nothing"
    yard.ask("refresh-images@2026-11")
    await yard.run(300)
    assert "trainyard/training:2" == collector(yard)
    assert "trainyard/training:2" in yard.resource.status.requests[-1].message


async def test_a_newer_collector_is_released_in_the_window() -> None:
    """Where requests are kept; a training image alone moves nothing else."""
    newer = replace(INSTALLATION, training_image="trainyard/training:2", refresh_window=NIGHTLY)
    yard = await capturing(newer, {})
    other = ServingYard(spec=SPEC)
    other.publish("a")
    await other.run(30)
    other.installation = newer
    for one in (yard, other):
        await one.run(17 * 3600)
    assert "trainyard/training:2" == collector(yard)
    served = other.resource.status.stable
    assert served is not None
    assert other.name("a") == served.revision
    yard.installation = replace(newer, training_image="trainyard/training:3")
    await yard.run(24 * 3600)
    assert "trainyard/training:3" == collector(yard), "another image is another turn"
    yard.installation = replace(yard.installation, serving_image="trainyard/serving:2")
    await yard.run(24 * 3600)
    assert 3 == len(_refreshed(yard)), "as is another one of the server"


async def test_in_its_window_the_installation_asks_by_itself() -> None:
    """Not before, and once for the same images."""
    yard = await serving()
    yard.installation = replace(NEWER, refresh_window=NIGHTLY)
    await yard.run(3600)
    assert "trainyard/serving:1" == image(yard), "it is past noon"
    await yard.run(16 * 3600)
    assert "trainyard/serving:2" == image(yard)
    (told,) = _refreshed(yard)
    assert told.endswith(
        "trainyard/serving:1, which is not installed any more: in the window for it"
    )


async def test_the_window_waits_for_a_rollout_that_is_under_way() -> None:
    """Its version runs what was installed when it came; whoever serves then has a turn."""
    steps = [{"weightPercent": 10, "pause": "Manual"}]
    seldom = {"analysis": {"intervalSeconds": 600}}
    yard = ServingYard(spec=seldom | {"rollout": {"steps": steps, "deadlineSeconds": 604800}})
    yard.publish("a")
    await yard.run(30)
    yard.publish("b")
    await yard.run(60)
    yard.installation = replace(NEWER, refresh_window=NIGHTLY)
    await yard.run(17 * 3600)
    rollout = yard.resource.status.rollout
    assert rollout is not None
    assert [] == _refreshed(yard)
    yard.ask(f"promote@{rollout.revision}")
    await yard.run(24 * 3600)
    assert 1 == len(_refreshed(yard))


async def test_images_that_are_taken_back_are_not_tried_again_every_night() -> None:
    """They are quarantined like any version, and the old ones serve on."""
    steps = [{"weightPercent": 10, "pause": "Manual"}]
    yard = await serving({"rollout": {"steps": steps}, "analysis": {"intervalSeconds": 600}})
    yard.installation = replace(NEWER, refresh_window=NIGHTLY)
    await yard.run(17 * 3600)
    rollout = yard.resource.status.rollout
    assert rollout is not None
    yard.ask(f"abort@{rollout.revision}")
    await yard.run(2 * 24 * 3600)
    status = yard.resource.status
    assert status.rollout is None
    assert [rollout.revision] == [entry.revision for entry in status.quarantine]
    assert "trainyard/serving:1" == image(yard)


async def test_a_lost_status_knows_the_refresh_again() -> None:
    """From the record at the Deployment: nothing is released a second time."""
    yard = await serving()
    yard.ask("refresh-images@a")
    await yard.run(300)
    before = yard.resource.status.stable
    del yard.raw["metadata"]["annotations"][REQUEST]
    yard.raw["status"] = {}
    await yard.run(60)
    status = yard.resource.status
    assert (before, None) == (status.stable, status.rollout)


@pytest.mark.parametrize(
    ("revision", "image"),
    [
        pytest.param({"image": "trainyard/serving:1"}, "trainyard/serving:1", id="an earlier one"),
        pytest.param({"image": "trainyard/serving:2"}, "", id="the installed one"),
        pytest.param({"image": "mine:1", "ownImage": True}, "", id="the user's own"),
        pytest.param(
            {"image": "mine:1", "ownImage": True, "collectorImage": "trainyard/training:0"},
            "trainyard/training:0",
            id="the user's own beside an earlier collector",
        ),
        pytest.param(
            {"image": "trainyard/serving:2", "collectorImage": "trainyard/training:1"},
            "",
            id="the installed collector",
        ),
    ],
)
def test_which_image_is_outdated(revision: dict[str, Any], image: str) -> None:
    """One of the installation's own that is not the one of now."""
    found = Revision.model_validate({"revision": "r", "bundleDigest": digest("a")} | revision)
    assert image == outdated_image(found, NEWER)
