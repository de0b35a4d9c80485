"""When a run begins and when one is stopped, told as stories."""

from __future__ import annotations

from builders_training import (
    Raw,
    digest,
    raw_deployment,
)
from training_stories import (
    JOB,
    a_world,
    newest_run,
    succeed,
)


def test_a_recipe_that_comes_back_needs_no_training() -> None:
    """A → B → A: the version of A is current again at once."""
    world = a_world()
    succeed(world, "b")
    world.change(*JOB, seed=1)
    world.settle()
    succeed(world, "c")
    assert world.status(*JOB)["current"]["bundleDigest"] == digest("c")
    world.change(*JOB, seed=0)
    world.settle()
    assert world.status(*JOB)["current"]["bundleDigest"] == digest("b")
    assert len(world.status(*JOB)["runs"]) == 2


def test_a_changed_recipe_stops_the_run_at_work() -> None:
    """One run at a time: the old Job goes, and that is nobody's failure."""
    world = a_world()
    old = newest_run(world)["name"]
    world.change(*JOB, seed=1)
    world.settle()
    new, before = world.status(*JOB)["runs"]
    assert (before["name"], before["phase"], before["reason"]) == (old, "Stopped", "InputsChanged")
    assert world.names("Job") == [new["name"]]


def test_suspend_stops_and_goes_on_with_another_attempt() -> None:
    """Nothing is at work while it is true; afterwards the same inputs get a fresh attempt."""
    world = a_world()
    world.change(*JOB, suspend=True)
    world.settle()
    assert (world.names("Job"), newest_run(world)["phase"]) == ([], "Stopped")
    assert world.condition(*JOB, "Suspended") == ("True", "Suspended")
    world.change(*JOB, suspend=False)
    world.settle()
    assert (newest_run(world)["phase"], newest_run(world)["attempt"]) == ("Pending", 1)
    assert world.condition(*JOB, "Suspended") is None


def test_the_run_is_compared_with_the_champion_on_the_same_rows() -> None:
    """A gate against the champion: the pod gets its digest when the run starts."""
    gates = [{"name": "better", "metric": "accuracy", "againstChampion": {}}]
    world = a_world(raw_deployment(stable="c"), gates=gates)
    assert newest_run(world)["champion"] == digest("c")


def test_without_its_dataset_nothing_begins() -> None:
    """The Dataset names the target; what is accepted stays current."""
    world = a_world()
    world.fail(newest_run(world)["name"], 137)
    world.settle()
    world.delete("Dataset", "tumours")
    world.wait(60)
    world.settle()
    assert [run["phase"] for run in world.status(*JOB)["runs"]] == ["Waiting"]
    assert world.condition(*JOB, "Ready") == ("False", "DatasetNotFound")
    world.ask(*JOB, f"retry@{newest_run(world)['name']}")
    world.settle()
    (outcome,) = world.status(*JOB)["requests"]
    assert outcome["message"] == "Dataset tumours does not exist"


def test_the_store_itself_is_no_source_of_a_model() -> None:
    """No run reads from its claim; when the source is another, the first run begins."""
    imported = {"format": "Onnx", "digest": digest("f")}
    own = {"pvc": {"claimName": "trainyard-store", "path": "default/team-b/m.onnx"}}
    spec: Raw = {"import": {"source": own, **imported}}
    world = a_world(estimator=None, **spec)
    assert [] == world.names("Job")
    assert world.condition(*JOB, "Stalled") == ("True", "RecipeInvalid")
    spec = {"import": {"source": {"s3": {"path": "m.onnx"}}, **imported}}
    world.change(*JOB, **spec)
    world.settle()
    assert [newest_run(world)["name"]] == world.names("Job")
    assert world.condition(*JOB, "Stalled") is None
