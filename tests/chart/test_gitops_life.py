"""A life of releases as GitOps tools see it, at every status that the operator writes."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pytest
from argo_cd import buttons, health, pressed
from builders_serving import NAME
from builders_training import Raw, ingest_result, raw_dataset, raw_training_job
from dataset_stories import DATASET, refresh_job
from kstatus import kstatus
from serving_pods import Behaviour
from serving_yard import ServingYard
from training_stories import JOB, new_data, retraining, succeed
from training_world import TrainingWorld

from trainyard.ownership import REQUEST
from trainyard.reconciling.plan import Plan

STEPS = {
    "replicas": 2,
    "rollout": {
        "steps": [{"weightPercent": 10, "pause": "Manual"}, {"weightPercent": 50}],
        "scaleDownDelaySeconds": 600,
    },
}


@dataclass(slots=True)
class WatchedYard(ServingYard):
    """A yard that keeps the object as it was written, each time."""

    written: list[dict[str, Any]] = field(default_factory=list)

    async def once(self) -> Plan[Any]:
        """See ServingYard.once."""
        before = repr((self.raw["spec"], self.raw["metadata"]))
        plan = await ServingYard.once(self)
        assert before == repr((self.raw["spec"], self.raw["metadata"]))
        if not self.written or self.written[-1] != seen_by_tools(self):
            self.written.append(copy.deepcopy(seen_by_tools(self)))
        return plan

    def seen(self) -> list[tuple[str, str]]:
        """Return what kstatus and Argo CD's health were, each time that one of them changed."""
        found = zip(kstatus(self.written), (health(raw)[0] for raw in self.written), strict=True)
        return [answer for answer, _ in groupby(found)]


async def watched(**spec: Any) -> WatchedYard:
    """Return a yard with a stable version."""
    yard = WatchedYard(spec=spec)
    yard.publish("a")
    await yard.run(30)
    return yard


async def test_retrains_and_releases_are_no_drift_and_nobody_waits_for_them() -> None:
    """After the first version an object stays Current through all that follows, its spec, labels
    and annotations as they were declared.
    """
    yard = await watched()
    assert [("InProgress", "Progressing"), ("Current", "Healthy")] == yard.seen()
    for letter in "bcd":
        yard.publish(letter)
        await yard.run(600)
        assert {letter: 100} == yard.weights
    assert 2 == len(yard.seen())


async def test_a_bad_version_has_failed_until_a_good_one_comes() -> None:
    """Although the stable one serves all the time."""
    yard = await watched()
    yard.behaviours["b"] = Behaviour(failing=0.5)
    yard.publish("b")
    await yard.run(300)
    assert ("Failed", "Degraded") == yard.seen()[-1]
    yard.publish("c")
    await yard.run(600)
    assert [("Failed", "Degraded"), ("Current", "Healthy")] == yard.seen()[-2:]


async def test_a_release_that_waits_for_a_person_is_suspended() -> None:
    """In Argo CD; kstatus has no word for it, and nobody who applied has to wait."""
    yard = await watched(**STEPS)
    yard.publish("b")
    await yard.run(200)
    assert ("Current", "Suspended") == yard.seen()[-1]
    press(yard, "resume")
    await yard.run(600)
    assert ("Current", "Healthy") == yard.seen()[-1]
    assert {"b": 100} == yard.weights


def seen_by_tools(yard: ServingYard) -> dict[str, Any]:
    """Return the object as the API server gives it."""
    return yard.raw | {"kind": "ModelDeployment"}


def press(yard: ServingYard, name: str) -> None:
    """Press a button in Argo CD."""
    assert buttons(seen_by_tools(yard))[name], name
    yard.ask(pressed(seen_by_tools(yard), name)["metadata"]["annotations"][REQUEST])


def offered(yard: ServingYard) -> set[str]:
    """Return the buttons that can be pressed."""
    return {name for name, free in buttons(seen_by_tools(yard)).items() if free}


async def at_rest() -> ServingYard:
    """The first version serves."""
    return await watched(**STEPS)


async def in_a_step() -> ServingYard:
    """A second one has its share."""
    yard = await at_rest()
    yard.publish("b")
    await yard.until(20, a=90, b=10)
    return yard


async def waiting() -> ServingYard:
    """And waits for a person."""
    yard = await in_a_step()
    await yard.run(200)
    return yard


async def promoted() -> ServingYard:
    """And serves."""
    yard = await waiting()
    press(yard, "promote")
    await yard.run(60)
    return yard


async def aborted() -> ServingYard:
    """Or is taken back."""
    yard = await in_a_step()
    press(yard, "abort")
    await yard.run(60)
    return yard


@pytest.mark.parametrize(
    ("story", "names"),
    [
        pytest.param(at_rest, "", id="one version, no other before it"),
        pytest.param(in_a_step, "promote skip pause abort", id="a step goes on"),
        pytest.param(waiting, "promote skip pause resume abort", id="it waits for a person"),
        pytest.param(promoted, "undo", id="promoted, the one before is known"),
        pytest.param(aborted, "retry", id="aborted"),
    ],
)
async def test_the_operator_does_what_each_offered_button_asks(story: Any, names: str) -> None:
    """Each is pressed in a world of its own, and none is refused."""
    assert set(names.split()) == offered(await story())
    for name in names.split():
        yard = await story()
        press(yard, name)
        await yard.run(2)
        outcome = yard.resource.status.requests[-1]
        assert (name, "Done") == (outcome.request.partition("@")[0], outcome.outcome)


async def test_a_button_can_be_pressed_again() -> None:
    """The time of the press makes it another request."""
    yard = await in_a_step()
    press(yard, "pause")
    first = yard.raw["metadata"]["annotations"][REQUEST]
    assert first.startswith(f"pause@{yard.name('b')}#20")


async def test_nothing_can_be_pressed_while_it_is_suspended_or_unseen() -> None:
    """Whatever it asked would be refused."""
    yard = await in_a_step()
    yard.raw["spec"]["suspend"] = True
    assert set() == offered(yard)
    fresh = ServingYard()
    assert set() == offered(fresh)
    assert {"metadata", "spec"} <= fresh.objects["ModelDeployment", NAME].keys()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        pytest.param("Dataset", "refresh", id="data"),
        pytest.param("TrainingJob", "run", id="a recipe"),
    ],
)
def test_data_and_recipes_have_one_button(kind: str, name: str) -> None:
    """It asks for the newest, whatever is there."""
    found: dict[str, Any] = {
        "kind": kind,
        "metadata": {"name": "x", "generation": 1},
        "spec": {},
        "status": {"observedGeneration": 1},
    }
    assert {name: True} == buttons(found)
    request = pressed(found, name)["metadata"]["annotations"][REQUEST]
    assert request.startswith(f"{name}@now#20")
    assert {name: False} == buttons(found | {"spec": {"suspend": True}})


NEW = {"status": {"observedGeneration": 0}}
"""What the CRD says of an object that nobody looked at."""


class WatchedTraining(TrainingWorld):
    """A world that keeps data and recipe as they were written, each time."""

    def __init__(self, *objects: Raw) -> None:
        """See TrainingWorld."""
        self.written: list[Raw] = []
        super().__init__(*objects)

    def put(self, raw: Raw) -> None:
        """See TrainingWorld.put."""
        super().put(raw)
        if (raw["kind"], raw["metadata"]["name"]) in (DATASET, JOB):
            self.written.append(self.raw(raw["kind"], raw["metadata"]["name"]))

    def seen(self, kind: str) -> list[str]:
        """Return what kstatus was of the object of that kind, each time that it changed."""
        found = kstatus(raw for raw in self.written if raw["kind"] == kind)
        return [answer for answer, _ in groupby(found)]


def test_data_and_recipe_stay_current_through_refreshes_and_retrains() -> None:
    """After their first version; and what Git declares is never written."""
    recipe = raw_training_job(retrain=retraining())
    world = WatchedTraining(raw_dataset() | NEW, recipe | NEW)
    world.settle()
    world.finish(refresh_job(world), ingest_result("d", 100))
    world.settle()
    succeed(world, "a")
    for letter, rows in (("b", 200), ("c", 300)):
        world.wait(3600)
        new_data(world, letter, rows)
        succeed(world, letter)
    assert {"Dataset": ["InProgress", "Current"], "TrainingJob": ["InProgress", "Current"]} == {
        kind: world.seen(kind) for kind in ("Dataset", "TrainingJob")
    }
    for kind in ("Dataset", "TrainingJob"):
        specs = [raw["spec"] for raw in world.written if raw["kind"] == kind]
        assert specs == specs[:1] * len(specs)
