"""Which version starts, which waits, and which stays outside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment, digest
from serving_pods import Behaviour
from serving_yard import ServingYard

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.rollout.admission import is_way_back, obstacle, wanted_revision
from trainyard.model_deployments.source import NotWanted, Wanted
from trainyard.model_deployments.view import View


def view(observed: Observed | None = None, **spec: Any) -> View:
    """Return a view in which version a is wanted."""
    seen = observed or Observed(INSTALLATION, Wanted(digest("a"), "recipe-a"))
    return View(a_model_deployment(**spec), seen, NOW)


def wanted(found: View) -> Revision | None:
    """Return the revision that the view asks for, as the status is stored."""
    return wanted_revision(found, found.resource.status)


def test_the_wanted_revision_has_the_operators_image() -> None:
    """Unless the spec names one."""
    found = wanted(view())
    assert found is not None
    assert ("trainyard/serving:1", "recipe-a") == (found.image, found.model_version)
    mine = wanted(view(server={"image": "mine:1"}))
    assert mine is not None
    assert "mine:1" == mine.image


@pytest.mark.parametrize(
    ("runtime", "image"),
    [
        pytest.param("onnx", "trainyard/serving:1", id="the small one serves ONNX"),
        pytest.param("sklearn", "large:1", id="scikit-learn needs the larger one"),
        pytest.param("", "large:1", id="nothing is known: the one that serves every model"),
    ],
)
def test_the_image_fits_the_runtime(runtime: str, image: str) -> None:
    """As the record of the version says; an image in the spec wins over both."""
    both = replace(INSTALLATION, serving_sklearn_image="large:1")
    seen = Observed(both, Wanted(digest("a"), "recipe-a", runtime))
    found, own = (
        wanted(view(seen)),
        wanted(view(seen, server={"image": "mine:1"})),
    )
    assert found is not None
    assert own is not None
    assert (image, "mine:1") == (found.image, own.image)


async def test_an_image_that_the_operator_would_choose_today_restarts_nothing() -> None:
    """The template's digest knows only what the spec says: the revision stays the same one."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    before, writes = yard.objects["Deployment", yard.name("a")], yard.writes
    yard.installation = replace(
        INSTALLATION, serving_image="small:2", serving_sklearn_image="large:2"
    )
    yard.objects["TrainingJob", "recipe"]["status"]["current"]["runtime"] = "sklearn"
    await yard.run(60)
    assert before == yard.objects["Deployment", yard.name("a")]
    assert writes + 1 == yard.writes, "the status says that the image is an older one"


def test_without_a_version_nothing_is_wanted() -> None:
    """Whatever the reason."""
    nothing = Observed(INSTALLATION, NotWanted(Reason.NO_VERSION_YET, "none"))
    assert wanted(view(nothing)) is None


@pytest.mark.parametrize(
    "server",
    [
        pytest.param({}, id="a spec that names none"),
        pytest.param({"image": "mine:1"}, id="a spec that names its own"),
    ],
)
def test_an_operator_without_a_server_image_says_so(server: dict[str, str]) -> None:
    """Instead of making pods that cannot start, or that fetch with an image of the spec."""
    bare = replace(INSTALLATION, serving_image="")
    bare_view = view(Observed(bare, Wanted(digest("a"), "")), server=server)
    revision = wanted(bare_view)
    assert revision is not None
    found = obstacle(bare_view, revision)
    assert found is not None
    assert Reason.IMAGE_MISSING is found[0]


async def test_a_weight_that_pods_cannot_make_is_refused_and_the_old_version_serves() -> None:
    """Mode Replicas with one pod has 50 % at least."""
    spec = {"traffic": {"mode": "Replicas"}}
    yard = ServingYard(spec=spec)
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.run(20)
    conditions = {c.type: c.reason for c in yard.resource.status.conditions}
    assert {"a": 100} == yard.weights
    assert ("TrafficUnsupported", "TrafficUnsupported") == (
        conditions["Stalled"],
        conditions["RolledOut"],
    )


async def test_a_first_version_that_never_starts_gives_way_to_a_newer_one() -> None:
    """There is nothing to queue behind."""
    yard = ServingYard()
    yard.behaviours["a"] = Behaviour(crashes=True)
    yard.publish("a")
    await yard.run(30)
    yard.publish("b")
    await yard.until(20, b=100)
    assert () == yard.resource.status.quarantine


@pytest.mark.parametrize("keep", [0, 600], ids=["removed at once", "kept warm"])
async def test_a_version_may_come_back_after_its_successor(keep: int) -> None:
    """A, B, A again: the third release is one like any other."""
    yard = ServingYard(spec={"rollout": {"scaleDownDelaySeconds": keep}})
    yard.publish("a")
    await yard.run(20)
    for letter, other in (("b", "a"), ("a", "b")):
        yard.publish(letter)
        await yard.until(300, **{letter: 100})
        previous = yard.resource.status.previous
        assert previous is not None
        assert digest(other) == previous.bundle_digest


def test_only_an_undo_is_a_way_back() -> None:
    """A first version is judged by readiness too, but goes back to nothing."""
    assert not is_way_back(a_model_deployment().status)


async def test_a_rollout_ends_when_the_mode_is_changed_to_one_that_cannot_do_its_weights() -> None:
    """5 % that would become half of all requests are refused, not taken for something like it."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    yard.raw["spec"]["traffic"] = {"mode": "Replicas"}
    await yard.run(40)
    assert {"a": 100} == yard.weights
    stalled = next(c for c in yard.resource.status.conditions if c.type == "Stalled")
    assert "TrafficUnsupported" == stalled.reason
    yard.raw["spec"]["traffic"] = {"mode": "Router"}
    await yard.until(60, a=95, b=5)


@pytest.mark.parametrize(
    ("spec", "per_second", "moves_on"),
    [
        pytest.param({}, 0, False, id="one that may still pass makes the newer one wait"),
        pytest.param(
            {"rollout": {"onNewVersion": "Supersede"}}, 0, True, id="unless the spec says not to"
        ),
        pytest.param(
            {"analysis": {"evidenceTimeoutSeconds": 10}},
            0,
            True,
            id="an inconclusive one gives way",
        ),
        pytest.param(
            {"rollout": {"steps": [{"weightPercent": 50, "minSeconds": 0, "pause": "Manual"}]}},
            1000,
            True,
            id="as does one that waits for a person",
        ),
    ],
)
async def test_what_a_newer_version_means_for_a_rollout(
    spec: dict[str, Any], per_second: int, *, moves_on: bool
) -> None:
    """It never queues behind what nobody ends."""
    yard = ServingYard(spec=spec)
    yard.per_second = per_second
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.run(60)
    yard.publish("c")
    await yard.run(20)
    status = yard.resource.status
    assert status.canary is not None
    assert digest("c" if moves_on else "b") == status.canary.bundle_digest
    assert moves_on is (status.waiting is None)


@pytest.mark.parametrize("broken", [Behaviour(image_missing=True), Behaviour(crashes=True)])
async def test_a_corrected_version_need_not_wait_for_one_that_serves_nobody(
    broken: Behaviour,
) -> None:
    """Not even for the patience that the cluster's faults are given."""
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.behaviours["b"] = broken
    yard.publish("b")
    await yard.run(3)
    yard.publish("c")
    await yard.until(15, a=95, c=5)
