"""What a tracker is told of a TrainingJob's life, whatever happens to it meanwhile.

Proves: operator/trainyard/tracking_progress.py
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from builders_training import an_installation, judged, raw_deployment
from training_stories import JOB, a_world, newest_run, succeed
from training_world import TrainingWorld

from trainyard.clients.addresses import NotDelivered, RefusedForGood
from trainyard.outbox import Outbox
from trainyard.tracked import RunState, Tracked, TrackedRun, TrackedVersion
from trainyard.tracking_servers import TrackingServers

KNOWN = TrackingServers.model_validate({"team": {}, "other": {}, "far": {"namespaces": ["far"]}})
TRACKING = {"mlflow": {"server": "team"}}


@dataclass(slots=True)
class KeptRecords:
    """See Tracker: holds what it is told, unless it is closed."""

    held: dict[str, Tracked] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    closed: bool = False
    refused: str = ""
    """The name of a run that it takes for ill-formed."""

    async def record(self, server: str, tracked: Tracked) -> None:
        """See Tracker.record."""
        if self.closed:
            raise NotDelivered("it answers 503")
        if isinstance(tracked, TrackedRun) and tracked.name == self.refused:
            raise RefusedForGood("it answers 400")
        self.told.append(server)
        self.held[tracked.id] = tracked

    @property
    def runs(self) -> list[TrackedRun]:
        """Return the runs that it holds, oldest first."""
        return [found for found in self.held.values() if isinstance(found, TrackedRun)]

    @property
    def versions(self) -> dict[str, TrackedVersion]:
        """Return the versions that it holds by the first digit of their bundles."""
        found = (f for f in self.held.values() if isinstance(f, TrackedVersion))
        return {version.id[7]: version for version in found}


class Scene:
    """A TrainingJob that is tracked, and its tracker."""

    def __init__(self, **spec: Any) -> None:
        self.tracker = KeptRecords()
        self.world: TrainingWorld = a_world(**spec)
        self.world.installation = an_installation(mlflow_servers=KNOWN)
        self.start()

    def start(self) -> None:
        """Begin with an empty memory, as after a kill."""
        self.world.tracking = Outbox(self.tracker.record, lambda: self.world.now)

    async def settle(self) -> None:
        """Let everything arrive that can."""
        for _ in range(6):
            self.world.settle()
            for _ in range(20):
                await asyncio.sleep(0)

    async def track(self, **mlflow: str) -> None:
        """Have the TrainingJob name a server."""
        named = {"mlflow": {**TRACKING["mlflow"], **mlflow}}
        self.world.change(*JOB, tracking=named)
        await self.settle()

    @property
    def state(self) -> dict[str, Any]:
        """Return what the status says of tracking."""
        found: dict[str, Any] = self.world.status(*JOB)["tracking"]
        return found

    async def train(self, bundle: str, **metrics: str) -> None:
        """The newest run gives a model."""
        self.world.begin(newest_run(self.world)["name"])
        await self.settle()
        succeed(self.world, bundle, **metrics)
        await self.settle()


async def test_a_run_is_on_record_while_it_runs_and_as_it_ended() -> None:
    """With what it was made of, and what it reached."""
    parameters = {"C": {"$float": "0.5"}, "max_iter": 200, "class_weight": {"$none": True}}
    estimator = {"class": "sklearn.linear_model.LogisticRegression", "parameters": parameters}
    scene = Scene(estimator=estimator, seed=7)
    await scene.track()
    assert [] == scene.tracker.runs
    scene.world.begin(newest_run(scene.world)["name"])
    await scene.settle()
    (going,) = scene.tracker.runs
    assert (RunState.RUNNING, None) == (going.state, going.ended_at)
    succeed(scene.world, "b", accuracy="0.9")
    await scene.settle()
    (run,) = scene.tracker.runs
    assert (RunState.FINISHED, 0.9) == (run.state, run.metrics["accuracy"])
    assert "team/model" == run.experiment
    expected = {"C": "0.5", "max_iter": "200", "class_weight": "None", "seed": "7"}
    assert expected.items() <= run.parameters.items()
    raw = newest_run(scene.world)
    assert raw["datasetDigest"] == run.tags["trainyard.datasetDigest"]
    assert raw["recipeDigest"] == run.tags["trainyard.recipeDigest"]
    assert raw["bundleDigest"] == run.tags["trainyard.bundleDigest"]
    assert ("True", "Tracked") == scene.world.condition(*JOB, "Tracked")


async def test_what_is_recorded_is_recorded_once() -> None:
    """Neither a further pass nor a new process tells it again, and nothing is written."""
    scene = Scene()
    await scene.track()
    await scene.train("b")
    told, writes = len(scene.tracker.told), scene.world.writes
    scene.start()
    await scene.settle()
    assert (told, writes) == (len(scene.tracker.told), scene.world.writes)
    assert scene.state["number"] == scene.state["delivered"]


async def test_a_server_that_is_away_delays_nothing_and_is_told_later() -> None:
    """Until then the condition says why not."""
    scene = Scene()
    scene.tracker.closed = True
    await scene.track()
    await scene.train("b", accuracy="0.9")
    assert ("True", "VersionAccepted") == scene.world.condition(*JOB, "Ready")
    assert ("False", "NotTracked") == scene.world.condition(*JOB, "Tracked")
    assert "it answers 503" == scene.state["why"]
    assert [] == scene.tracker.runs
    scene.tracker.closed = False
    scene.world.wait(3600)
    await scene.settle()
    assert [0.9] == [run.metrics["accuracy"] for run in scene.tracker.runs]
    assert ("True", "Tracked") == scene.world.condition(*JOB, "Tracked")
    assert 0 == scene.state["lost"]


async def test_runs_from_before_are_recorded_too() -> None:
    """Those that the status still holds."""
    scene = Scene()
    succeed(scene.world, "b")
    await scene.track()
    assert 1 == len(scene.tracker.runs)
    assert {"b"} == set(scene.tracker.versions)


async def test_accepted_versions_have_the_roles_that_they_play() -> None:
    """A role goes from one to the other, and one that was refused is on no record."""
    scene = Scene()
    await scene.track(experiment="wine")
    await scene.train("b")
    version = scene.tracker.versions["b"]
    assert ("team.model", "wine", ()) == (version.model, version.experiment, version.aliases)
    assert version.source.startswith("pvc://trainyard-store/default/team/models/sha256/bbb")
    assert scene.tracker.runs[0].id == version.run_id
    scene.world.put(raw_deployment(stable="b"))
    await scene.settle()
    assert ("champion",) == scene.tracker.versions["b"].aliases
    scene.world.change(*JOB, seed=8)
    await scene.settle()
    await scene.train("c")
    canary = {"revision": "serving-cc", "bundleDigest": f"sha256:{'c' * 64}"}
    scene.world.put(raw_deployment(stable="b", canary={**canary, "modelVersion": "model-cc"}))
    await scene.settle()
    assert ("challenger",) == scene.tracker.versions["c"].aliases
    scene.world.put(raw_deployment(stable="c"))
    await scene.settle()
    aliases = {letter: v.aliases for letter, v in scene.tracker.versions.items()}
    assert {"b": (), "c": ("champion",)} == aliases


async def test_two_deployments_have_each_their_champion() -> None:
    """A role belongs to one version at a time, so it has the deployment's name then."""
    scene = Scene()
    await scene.track()
    await scene.train("b")
    for name in ("eu", "us"):
        scene.world.put(raw_deployment(name, stable="b"))
    await scene.settle()
    assert ("champion-eu", "champion-us") == scene.tracker.versions["b"].aliases


async def test_a_refused_version_is_no_version_of_the_model() -> None:
    """Its run is on record with what it reached."""
    scene = Scene(gates=[{"name": "good", "metric": "accuracy", "min": "0.95"}])
    await scene.track()
    await scene.train("b", accuracy="0.5")
    assert {} == scene.tracker.versions
    assert [0.5] == [run.metrics["accuracy"] for run in scene.tracker.runs]


async def test_one_that_is_refused_later_stays_and_says_so() -> None:
    """MLflow's users may have it in their hands."""
    scene = Scene()
    await scene.track()
    await scene.train("b")
    (name,) = scene.world.names("ModelVersion")
    raw = scene.world.raw("ModelVersion", name)
    assert "true" == scene.tracker.versions["b"].tags["trainyard.accepted"]
    gates = [{"name": "good", "metric": "accuracy", "min": "0.99"}]
    scene.world.put({**raw, "status": {**raw["status"], **judged(accepted=False)}})
    scene.world.change(*JOB, gates=gates)
    await scene.settle()
    assert "false" == scene.tracker.versions["b"].tags["trainyard.accepted"]


async def test_a_failed_run_says_why() -> None:
    """With the reason that the status has."""
    scene = Scene()
    await scene.track()
    scene.world.fail(newest_run(scene.world)["name"], 12, "no such column")
    await scene.settle()
    (run,) = scene.tracker.runs
    assert RunState.FAILED is run.state
    assert "no such column" in run.tags["trainyard.why"]


async def test_a_server_that_nobody_knows_is_told() -> None:
    """Also one that belongs to another namespace: the condition names those there are."""
    scene = Scene()
    await scene.track(server="far")
    assert ("False", "NotTracked") == scene.world.condition(*JOB, "Tracked")
    assert "it has: team, other" in scene.state["why"]
    await scene.track()
    assert ("True", "Tracked") == scene.world.condition(*JOB, "Tracked")


async def test_another_server_gets_everything() -> None:
    """And so does the first one, when it is named again."""
    scene = Scene()
    await scene.track()
    await scene.train("b")
    before = len(scene.tracker.told)
    await scene.track(server="other")
    assert {"other"} == set(scene.tracker.told[before:])
    assert 2 == len(scene.tracker.told) - before
    await scene.track()
    assert "team" == scene.tracker.told[-1]
    scene.world.change(*JOB, tracking=None)
    await scene.settle()
    assert "tracking" not in scene.world.status(*JOB)
    assert None is scene.world.condition(*JOB, "Tracked")


async def test_what_the_server_refuses_for_good_is_told_and_holds_up_nothing() -> None:
    """It is counted once, and tried again when it changes."""
    scene = Scene()
    await scene.track()
    scene.tracker.refused = newest_run(scene.world)["name"]
    await scene.train("b", accuracy="0.9")
    assert ["b"] == list(scene.tracker.versions)
    assert ("False", "TrackingRefused") == scene.world.condition(*JOB, "Tracked")
    (refused,) = [record for record in scene.state["records"] if record.get("refused")]
    assert (scene.tracker.refused, "it answers 400") == (refused["name"], refused["refused"])
    counted = scene.state["refused"]
    assert scene.state["number"] == scene.state["delivered"]
    scene.start()
    await scene.settle()
    assert counted == scene.state["refused"]
    scene.tracker.refused = ""
    scene.world.change(*JOB, tracking={"mlflow": {"server": "team", "experiment": "other"}})
    await scene.settle()
    assert ("True", "Tracked") == scene.world.condition(*JOB, "Tracked")
    assert [0.9] == [run.metrics["accuracy"] for run in scene.tracker.runs]
