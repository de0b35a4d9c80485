"""What happens to a TrainingJob, told as stories on a cluster in memory."""

from __future__ import annotations

from typing import Any

import pytest
from builders_training import (
    Raw,
    a_rollout,
    a_signal,
    dataset_status,
    digest,
    ingest_result,
    raw_dataset,
    raw_deployment,
    raw_training_job,
    train_result,
)
from training_world import TrainingWorld

from trainyard.api.v1alpha1.dataset import DatasetSpec
from trainyard.datasets.identity import spec_digest

JOB = ("TrainingJob", "model")
DATASET = ("Dataset", "tumours")
QUICK = {"cooldownSeconds": 0, "maxRunsPerDay": 48, "maxFailuresInARow": 3}


def _world(*objects: Raw, data: Raw | None = None, **spec: Any) -> TrainingWorld:
    """A Dataset that has a version, whose own looks are over, and a TrainingJob."""
    status = {**dataset_status(), **(data or {})}
    world = TrainingWorld(raw_dataset(), raw_training_job(**spec), *objects)
    _set_data(world, status)
    world.settle()
    return world


def _set_data(world: TrainingWorld, status: Raw) -> None:
    """The Dataset's look is over with this status."""
    raw = world.raw(*DATASET)
    last = {
        "name": "look",
        "trigger": "spec",
        "specDigest": spec_digest(DatasetSpec.model_validate(raw["spec"])),
        "at": "2026-05-04T11:29:00Z",
        "phase": "Accepted",
    }
    before = raw.get("status", {})
    world.put({**raw, "status": {**before, "lastLook": last, **status}})


def _new_data(world: TrainingWorld, character: str, rows: int) -> None:
    _set_data(world, dataset_status(character, rows))
    world.settle()


def _run(world: TrainingWorld) -> Raw:
    run: Raw = world.status(*JOB)["runs"][0]
    return run


def _succeed(world: TrainingWorld, bundle: str, **metrics: str) -> None:
    run = _run(world)
    world.finish(run["name"], train_result(bundle, run["datasetDigest"][7], **metrics))
    world.settle()


def _retraining(**brakes: int) -> Raw:
    return {"onNewData": {"minNewRows": 10}, "brakes": {**QUICK, **brakes}}


def test_a_first_run_starts_with_the_current_version_of_the_data():
    """The run is on record before its Job, and says why it was started."""
    world = _world()
    run = _run(world)
    assert (run["phase"], run["attempt"], run["cause"]["kind"]) == ("Pending", 0, "FirstRun")
    assert run["datasetDigest"] == digest("d")
    assert world.names("Job") == [run["name"]]
    assert world.condition(*JOB, "Reconciling") == ("True", "Training")


def test_a_run_gives_an_accepted_version_that_becomes_current():
    """Without gates the version is accepted at once; its name is made of the bundle."""
    world = _world()
    world.begin(_run(world)["name"])
    world.settle()
    assert _run(world)["phase"] == "Running"
    _succeed(world, "b", accuracy="0.97")
    assert world.names("ModelVersion") == ["model-bbbbbbbbbb"]
    current = world.status(*JOB)["current"]
    assert (current["name"], current["bundleDigest"]) == ("model-bbbbbbbbbb", digest("b"))
    assert world.condition(*JOB, "Ready") == ("True", "VersionAccepted")
    assert world.condition(*JOB, "LastRunAccepted") == ("True", "VersionAccepted")
    assert _run(world)["metrics"] == {"accuracy": "0.97"}


def test_a_settled_training_job_plans_nothing():
    """Deciding again on the world that the last plan made yields no action and no change."""
    world = _world()
    _succeed(world, "b")
    for key, plan in world.plans().items():
        kind, _, name = key.partition("/")
        assert (plan.actions, plan.events) == ((), ())
        assert plan.status.to_api() == world.status(kind, name)


def test_a_model_version_has_no_owner_and_says_what_it_is_made_of():
    """It outlives its TrainingJob and holds metrics, recipe, cause and the image that ran."""
    world = _world(seed=7)
    _succeed(world, "b", accuracy="0.97")
    version = world.raw("ModelVersion", "model-bbbbbbbbbb")
    spec = version["spec"]
    assert "ownerReferences" not in version["metadata"]
    assert spec["metrics"] == {"accuracy": "0.97"}
    assert spec["recipe"] == "sklearn.linear_model.LogisticRegression {}"
    assert spec["cause"]["kind"] == "FirstRun"
    assert spec["image"] == "registry/training@sha256:0123"
    assert spec["libraries"] == {"scikit-learn": "1.9.1"}


def test_a_crash_between_result_and_record_loses_nothing():
    """As long as the ModelVersion does not exist the run has not ended and its Job stays."""
    world = _world()
    run = _run(world)
    world.finish(run["name"], train_result())
    plan = world.plans()["TrainingJob/model"]
    (action,) = plan.actions
    assert action.manifest["kind"] == "ModelVersion"
    assert plan.status.runs[0].phase == "Running"
    assert plan.confirm_live


def test_new_data_alone_starts_nothing():
    """Every trigger is off unless spec.retrain names it."""
    world = _world()
    _succeed(world, "b")
    _new_data(world, "f", 500)
    assert len(world.status(*JOB)["runs"]) == 1
    assert world.status(*JOB)["current"]["bundleDigest"] == digest("b")


@pytest.mark.parametrize(
    ("rows", "runs"),
    [
        pytest.param(109, 1, id="nine new rows of ten are too few"),
        pytest.param(110, 2, id="ten new rows of ten start a run"),
    ],
)
def test_new_data_starts_a_run_when_enough_rows_are_new(rows: int, runs: int):
    """spec.retrain.onNewData.minNewRows counts rows beyond the version trained on."""
    world = _world(retrain=_retraining())
    _succeed(world, "b")
    _new_data(world, "f", rows)
    assert len(world.status(*JOB)["runs"]) == runs


def test_a_changed_recipe_takes_the_newest_data():
    """A person wrote it: no brake holds it, and the data is the current version."""
    world = _world(retrain=_retraining(cooldownSeconds=10_000))
    _succeed(world, "b")
    _new_data(world, "f", 101)
    world.change(*JOB, seed=1)
    world.settle()
    run = _run(world)
    assert (run["cause"]["kind"], run["datasetDigest"]) == ("RecipeChanged", digest("f"))
    assert "current" not in world.status(*JOB)
    assert world.condition(*JOB, "Ready") == ("True", "NoVersionYet")


def test_a_recipe_that_comes_back_needs_no_training():
    """A → B → A: the version of A is current again at once."""
    world = _world()
    _succeed(world, "b")
    world.change(*JOB, seed=1)
    world.settle()
    _succeed(world, "c")
    assert world.status(*JOB)["current"]["bundleDigest"] == digest("c")
    world.change(*JOB, seed=0)
    world.settle()
    assert world.status(*JOB)["current"]["bundleDigest"] == digest("b")
    assert len(world.status(*JOB)["runs"]) == 2


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"gates": [{"name": "g", "metric": "accuracy", "min": "0.1"}]}, id="gates"),
        pytest.param({"pod": {"nodeSelector": {"disk": "fast"}}}, id="pod settings"),
        pytest.param({"attempts": {"maxRetries": 0}}, id="attempts"),
        pytest.param({"historyLimit": 3}, id="history limit"),
        pytest.param({"retrain": {"onNewData": {"minNewRows": 5}}}, id="retrain"),
    ],
)
def test_what_the_model_is_not_made_of_retrains_nothing(change: Raw):
    """Only data and recipe are inputs."""
    world = _world()
    _succeed(world, "b")
    world.change(*JOB, **change)
    world.settle()
    assert len(world.status(*JOB)["runs"]) == 1
    assert world.status(*JOB)["current"]["bundleDigest"] == digest("b")


def test_a_changed_recipe_stops_the_run_at_work():
    """One run at a time: the old Job goes, and that is nobody's failure."""
    world = _world()
    old = _run(world)["name"]
    world.change(*JOB, seed=1)
    world.settle()
    new, before = world.status(*JOB)["runs"]
    assert (before["name"], before["phase"], before["reason"]) == (old, "Stopped", "InputsChanged")
    assert world.names("Job") == [new["name"]]


def test_a_users_fault_is_never_tried_again():
    """The message is the container's own, and the condition says how to go on."""
    world = _world()
    said = '{"outcome":"Failed","reason":"ParameterInvalid","message":"no parameter depth"}'
    world.fail(_run(world)["name"], 12, said, container="train")
    world.settle()
    world.wait(100_000)
    world.settle()
    assert [run["phase"] for run in world.status(*JOB)["runs"]] == ["Failed"]
    assert world.condition(*JOB, "Ready") == ("False", "RecipeInvalid")
    (stalled,) = [c for c in world.status(*JOB)["conditions"] if c["type"] == "Stalled"]
    assert "ParameterInvalid: no parameter depth" in stalled["message"]
    assert f"trainyard.dev/request=retry@{_run(world)['name']}" in stalled["message"]


def test_a_machines_fault_is_tried_again_with_growing_pauses():
    """MaxRetries attempts more, each a Job of its own; then it says that retries are used up."""
    world = _world(attempts={"maxRetries": 2})
    for pause in (10, 20):
        world.fail(_run(world)["name"], 137, container="train")
        world.settle()
        assert world.condition(*JOB, "Reconciling") == ("True", "WaitingToRetry")
        world.wait(pause - 1)
        world.settle()
        assert _run(world)["phase"] == "Failed"
        world.wait(1)
        world.settle()
        assert _run(world)["phase"] == "Pending"
    world.fail(_run(world)["name"], 137, container="train")
    world.settle()
    assert [run["attempt"] for run in world.status(*JOB)["runs"]] == [2, 1, 0]
    assert world.condition(*JOB, "Stalled") == ("True", "RetriesExhausted")


def test_a_deadline_in_the_middle_of_work_is_not_tried_again():
    """More of the same time would not be enough; the pods are gone, the begin is remembered."""
    world = _world()
    world.begin(_run(world)["name"])
    world.settle()
    world.lose(_run(world)["name"], "DeadlineExceeded")
    world.settle()
    assert (_run(world)["fault"], _run(world)["reason"]) == ("User", "DeadlineExceeded")


def test_a_deadline_before_any_work_is_the_clusters_fault():
    """A pod that never started is tried again."""
    world = _world()
    world.lose(_run(world)["name"], "DeadlineExceeded")
    world.settle()
    assert (_run(world)["fault"], _run(world)["reason"]) == ("Machine", "NotStarted")


def test_a_vanished_job_is_looked_up_in_the_store():
    """Somebody deleted it while it ran: the stored result counts, and nothing runs twice."""
    world = _world()
    job = _run(world)["name"]
    world.begin(job)
    world.settle()
    world.delete("Job", job)
    world.settle()
    assert _run(world)["phase"] == "Reporting"
    (report,) = world.names("Job")
    world.finish(report, train_result())
    world.settle()
    assert world.status(*JOB)["current"]["bundleDigest"] == digest("b")


def test_a_vanished_job_without_a_stored_result_is_tried_again():
    """The report Job finds nothing: that was the machine's fault."""
    world = _world()
    job = _run(world)["name"]
    world.begin(job)
    world.settle()
    world.delete("Job", job)
    world.settle()
    world.fail(world.names("Job")[0], 15)
    world.settle()
    assert (_run(world)["phase"], _run(world)["reason"]) == ("Failed", "JobLost")
    assert "retryAt" in _run(world)


def test_suspend_stops_and_goes_on_with_another_attempt():
    """Nothing is at work while it is true; afterwards the same inputs get a fresh attempt."""
    world = _world()
    world.change(*JOB, suspend=True)
    world.settle()
    assert (world.names("Job"), _run(world)["phase"]) == ([], "Stopped")
    assert world.condition(*JOB, "Suspended") == ("True", "Suspended")
    world.change(*JOB, suspend=False)
    world.settle()
    assert (_run(world)["phase"], _run(world)["attempt"]) == ("Pending", 1)
    assert world.condition(*JOB, "Suspended") is None


def test_a_request_runs_the_newest_data_even_if_it_ran_before():
    """`run@now` is a further attempt of the same inputs when no data is new."""
    world = _world()
    _succeed(world, "b")
    world.ask(*JOB, "run@now")
    world.settle()
    run = _run(world)
    assert (run["attempt"], run["cause"]["kind"], run["cause"]["id"]) == (1, "Request", "run@now")
    _succeed(world, "b")
    assert world.status(*JOB)["current"]["name"] == "model-bbbbbbbbbb"
    assert len(world.status(*JOB)["runs"]) == 2


def test_a_refused_version_leaves_no_current_one_for_its_inputs():
    """Deployments keep what they have; the condition holds the gate report."""
    gates = [{"name": "good", "metric": "accuracy", "min": "0.95"}]
    world = _world(gates=gates)
    _succeed(world, "b", accuracy="0.9")
    assert "current" not in world.status(*JOB)
    assert world.condition(*JOB, "Ready") == ("False", "VersionRefused")
    assert world.condition(*JOB, "LastRunAccepted") == ("False", "VersionRefused")
    (accepted,) = [c for c in world.status(*JOB)["conditions"] if c["type"] == "LastRunAccepted"]
    assert accepted["message"] == "good failed: accuracy 0.9 < 0.95"


def test_missing_and_empty_datasets_are_named():
    """Files can be applied in any order: it waits and says for what."""
    world = TrainingWorld(raw_training_job())
    world.settle()
    assert world.condition(*JOB, "Ready") == ("False", "DatasetNotFound")
    world.put(raw_dataset())
    world.settle()
    assert world.condition(*JOB, "Ready") == ("False", "WaitingForData")


def test_a_signal_with_new_data_starts_a_run_whose_cause_is_recorded():
    """The cause is on run and version."""
    on_signals = [{"modelDeployment": {"name": "serving"}, "signals": ["Errors"]}]
    world = _world(retrain={"onSignals": on_signals, "brakes": QUICK})
    _succeed(world, "b")
    world.put(raw_deployment(stable="b", signals=[a_signal()]))
    _set_data(world, dataset_status("f", 100))
    world.settle()
    cause = _run(world)["cause"]
    assert (cause["kind"], cause["id"]) == ("Signal", "uid-serving/r1/Errors")
    _succeed(world, "c")
    version = world.raw("ModelVersion", "model-cccccccccc")
    assert version["spec"]["cause"]["kind"] == "Signal"


def test_a_signal_without_new_data_wants_fresh_data_once():
    """Nothing new to learn: said once, and the Dataset looks once per id."""
    on_signals = [{"modelDeployment": {"name": "serving"}}]
    world = _world(retrain={"onSignals": on_signals, "brakes": QUICK})
    _succeed(world, "b")
    world.put(raw_deployment(stable="b", signals=[a_signal()]))
    world.settle()
    assert world.status(*JOB)["freshDataWanted"]["id"] == "uid-serving/r1/Errors"
    assert world.status(*DATASET)["look"]["trigger"] == "fresh:uid-serving/r1/Errors"
    said = [event for event in world.events if event.startswith("NothingNewToLearn")]
    expected = "Errors of ModelDeployment serving: nothing new to learn, version dddddddddddd"
    assert said == [f"NothingNewToLearn: {expected} was trained on already"]
    world.wait(60)
    world.settle()
    assert len([event for event in world.events if event.startswith("NothingNew")]) == 1


def test_fresh_data_that_a_signal_wanted_is_trained_on():
    """The look finds new rows, the run starts, the wish is gone."""
    on_signals = [{"modelDeployment": {"name": "serving"}}]
    world = _world(retrain={"onSignals": on_signals, "brakes": QUICK})
    _succeed(world, "b")
    world.put(raw_deployment(stable="b", signals=[a_signal()]))
    world.settle()
    world.finish(world.status(*DATASET)["look"]["name"], ingest_result("f", 130))
    world.settle()
    assert _run(world)["cause"]["kind"] == "Signal"
    assert _run(world)["datasetDigest"] == digest("f")
    assert "freshDataWanted" not in world.status(*JOB)


def test_no_signalled_retrain_begins_during_a_rollout():
    """What is being released now may be the cure already."""
    on_signals = [{"modelDeployment": {"name": "serving"}}]
    world = _world(retrain={"onSignals": on_signals, "brakes": QUICK})
    _succeed(world, "b")
    world.put(raw_deployment(stable="b", signals=[a_signal()], rollout=a_rollout()))
    _new_data(world, "f", 100)
    assert len(world.status(*JOB)["runs"]) == 1
    assert "waits for the rollout of serving to end" in world.events[-1]
    world.put(raw_deployment(stable="b", signals=[a_signal()]))
    world.settle()
    assert len(world.status(*JOB)["runs"]) == 2


def test_the_cooldown_delays_and_coalesces_to_the_newest_data():
    """Two versions arrive during the pause: one run, of the newer one."""
    world = _world(retrain=_retraining(cooldownSeconds=600))
    _succeed(world, "b")
    world.wait(300)
    _new_data(world, "f", 200)
    _new_data(world, "a", 300)
    assert len(world.status(*JOB)["runs"]) == 1
    expected = "cooldown until 2026-05-04 12:10:00 UTC (600 s after the last run)"
    assert world.status(*JOB)["summary"]["next"] == expected
    world.wait(300)
    world.settle()
    assert _run(world)["datasetDigest"] == digest("a")
    assert len(world.status(*JOB)["runs"]) == 2


def test_runs_per_day_are_counted():
    """The third retrain of the day waits until the first is a day old."""
    world = _world(retrain=_retraining(maxRunsPerDay=2))
    _succeed(world, "b")
    for character, rows in (("f", 200), ("a", 300)):
        _new_data(world, character, rows)
        _succeed(world, character)
        world.wait(60)
    _new_data(world, "c", 400)
    assert len(world.status(*JOB)["runs"]) == 3
    assert world.condition(*JOB, "Stalled") is None
    world.wait(24 * 3600)
    world.settle()
    assert len(world.status(*JOB)["runs"]) == 4


def _three_refused(world: TrainingWorld) -> None:
    for index, character in enumerate("f93"):
        _new_data(world, character, 200 + 100 * index)
        _succeed(world, character, accuracy="0.1")


def _with_gate() -> TrainingWorld:
    gates = [{"name": "good", "metric": "accuracy", "min": "0.5"}]
    world = _world(raw_deployment(), retrain=_retraining(), gates=gates)
    _succeed(world, "b", accuracy="0.9")
    world.put(raw_deployment(stable="b"))
    world.settle()
    return world


def test_retrains_that_come_to_nothing_stop_until_somebody_releases_them():
    """Three refused in a row: stalled, with the command that goes on."""
    world = _with_gate()
    _three_refused(world)
    assert world.condition(*JOB, "Stalled") == ("True", "RetrainStopped")
    _new_data(world, "7", 900)
    assert len(world.status(*JOB)["runs"]) == 4
    (stalled,) = [c for c in world.status(*JOB)["conditions"] if c["type"] == "Stalled"]
    world.ask(*JOB, stalled["message"].partition("trainyard.dev/request=")[2])
    world.settle()
    assert world.condition(*JOB, "Stalled") is None
    assert len(world.status(*JOB)["runs"]) == 5


def test_only_a_promotion_resets_the_count():
    """An accepted version that is not promoted leaves it; when it is stable, it starts anew."""
    world = _with_gate()
    for index, character in enumerate("f9"):
        _new_data(world, character, 200 + 100 * index)
        _succeed(world, character, accuracy="0.1")
    _new_data(world, "3", 700)
    _succeed(world, "3", accuracy="0.9")
    assert world.status(*JOB)["brakes"]["failuresInARow"] == 2
    world.put(raw_deployment(stable="3"))
    world.settle()
    assert world.status(*JOB)["brakes"]["failuresInARow"] == 0


def test_a_rollback_counts_as_a_retrain_that_came_to_nothing():
    """A deployment that quarantined the bundle counts once."""
    world = _with_gate()
    _new_data(world, "f", 200)
    _succeed(world, "f", accuracy="0.9")
    lost = {
        "bundleDigest": digest("f"),
        "revision": "r2",
        "since": "2026-05-04T12:00:00Z",
        "reason": "FailedCheck",
    }
    world.put(raw_deployment(stable="b", quarantine=[lost]))
    world.settle()
    assert world.status(*JOB)["brakes"]["failuresInARow"] == 1


def test_history_limits_keep_what_is_used():
    """Old runs and versions go; what serves, what is current and their neighbours stay."""
    world = _world(raw_deployment(stable="b"), retrain=_retraining(), historyLimit=1)
    _succeed(world, "b")
    for index, character in enumerate("f93"):
        world.wait(1)
        _new_data(world, character, 200 + 100 * index)
        _succeed(world, character)
    assert world.names("ModelVersion") == [
        "model-3333333333",
        "model-9999999999",
        "model-bbbbbbbbbb",
    ]
    assert len(world.status(*JOB)["runs"]) == 1
    assert world.names("Job") == [_run(world)["name"]]


def test_an_unpinned_image_is_a_warning():
    """A tag's content may change; what ran is recorded."""
    world = _world(estimator=None, container={"image": "team/trainer:latest"})
    assert world.condition(*JOB, "ImageNotPinned") == ("True", "TagNotDigest")


def test_a_pinned_dataset_digest_is_trained_on():
    """The pin names the version; a changed pin is a new run."""
    world = _world(dataset={"name": "tumours", "digest": digest("9")})
    assert _run(world)["datasetDigest"] == digest("9")
    world.change(*JOB, dataset={"name": "tumours", "digest": digest("8")})
    world.settle()
    assert (_run(world)["cause"]["kind"], _run(world)["datasetDigest"]) == (
        "DatasetPinned",
        digest("8"),
    )


def test_the_run_is_compared_with_the_champion_on_the_same_rows():
    """A gate against the champion: the pod gets its digest when the run starts."""
    gates = [{"name": "better", "metric": "accuracy", "againstChampion": {}}]
    world = _world(raw_deployment(stable="c"), gates=gates)
    assert _run(world)["champion"] == digest("c")


def test_a_training_job_that_is_being_deleted_is_left_alone():
    """No status, no action."""
    world = TrainingWorld(raw_training_job(meta={"deletionTimestamp": "2026-05-04T12:00:00Z"}))
    plan = world.plans()["TrainingJob/model"]
    assert (plan.status, plan.actions) == (None, ())
