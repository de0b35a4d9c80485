"""Several parties train one model: who starts what, who allows it, and who is told.

Proves: operator/trainyard/training_jobs/federation.py
Proves: operator/trainyard/datasets/participations.py
Proves: operator/trainyard/training_jobs/recipes/federated.py
Proves: operator/trainyard/jobs/federated_pods.py, operator/trainyard/api/v1alpha1/federated.py
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from builders_training import (
    Raw,
    a_training_job,
    an_installation,
    dataset_status,
    train_result,
)
from federated_stories import (
    CERTIFICATE,
    ENROLLED,
    MODEL,
    WARDS,
    a_world,
    certified,
    federated,
    leave,
    ward,
)
from training_world import TrainingWorld

from trainyard.jobs.federated_pods import COORDINATOR_PORT
from trainyard.training_jobs.identity import describe_recipe, recipe_digest
from trainyard.training_jobs.refusal import why_refused


def states(world: TrainingWorld) -> dict[str, str]:
    """Return how it stands with each participant."""
    told = world.status(*MODEL)["federation"]["participants"]
    return {participant["dataset"]: participant["state"] for participant in told}


def part(world: TrainingWorld, name: str) -> Raw:
    """Return the one part that the Dataset has in runs."""
    (found,) = world.status("Dataset", name)["participations"]
    return dict(found)


def test_each_dataset_takes_its_own_part_where_its_spec_allows_it() -> None:
    """The coordinator starts nothing at the parties; a party that names another allows nothing."""
    world = a_world(ward("ward-a"), ward("ward-b", coordinator="other"))
    certified(world)
    assert states(world) == {
        "team/ward-a": "Waiting",
        "team/ward-b": "NotAllowed",
        "team/ward-c": "NotFound",
    }
    job = world.raw("Job", part(world, "ward-a")["name"])
    assert job["metadata"]["ownerReferences"][0]["name"] == "ward-a"
    assert not world.status("Dataset", "ward-b").get("participations")
    said = world.status(*MODEL)["conditions"]
    (going,) = [c["message"] for c in said if c["type"] == "Reconciling"]
    assert "0 of 3 participants are enrolled (team/ward-a Waiting, team/ward-b NotAllowed" in going


def test_no_part_begins_before_the_coordinator_has_a_certificate() -> None:
    """A SuperNode that cannot tell the coordinator from another is not started."""
    world = a_world(ward("ward-a"))
    world.settle()
    assert states(world)["team/ward-a"] == "Waiting"
    assert not world.status("Dataset", "ward-a").get("participations")


def test_keys_go_from_the_datasets_to_the_coordinator() -> None:
    """The ConfigMap of the coordinator has the key that each party's pod left, and no other."""
    world = a_world(*map(ward, WARDS))
    certified(world)
    leave(world, part(world, "ward-a")["name"], "enrol", ENROLLED)
    world.settle()
    assert states(world)["team/ward-a"] == "Enrolled"
    (name,) = world.names("ConfigMap")
    keys = json.loads(world.raw("ConfigMap", name)["data"]["participants.json"])
    assert keys == {"team/ward-a": "ecdsa-sha2 AAAA"}


def test_who_withdraws_is_out_at_once() -> None:
    """The Dataset's own spec decides: its Job goes, and its key is no longer taken."""
    world = a_world(*map(ward, WARDS))
    certified(world)
    job = part(world, "ward-a")["name"]
    leave(world, job, "enrol", ENROLLED)
    world.settle()
    world.change("Dataset", "ward-a", federation={"allowedCoordinators": []})
    world.settle()
    assert job not in world.names("Job")
    assert states(world)["team/ward-a"] == "NotAllowed"
    (name,) = world.names("ConfigMap")
    assert json.loads(world.raw("ConfigMap", name)["data"]["participants.json"]) == {}
    assert any("ParticipationEnded" in e for e in world.events)


def test_a_run_that_is_tried_again_waits_for_nobody_who_does_not_allow_it() -> None:
    """The first attempt has waited: the coordinator of the next one reads a name without a key."""
    world = a_world(ward("ward-a"), ward("ward-b", coordinator="other"))
    run = certified(world)
    (name,) = world.names("ConfigMap")
    assert json.loads(world.raw("ConfigMap", name)["data"]["participants.json"]) == {}
    world.fail(run, 21, container="coordinate")
    world.settle()
    world.wait(60)
    world.settle()
    assert run != world.status(*MODEL)["federation"]["run"]
    told = json.loads(world.raw("ConfigMap", name)["data"]["participants.json"])
    assert {"team/ward-b": ""} == told


def test_the_version_names_the_data_of_who_withdrew() -> None:
    """Rounds of a party that left count, so its version stays on record."""
    world = a_world(*map(ward, WARDS))
    run = certified(world)
    world.change("Dataset", "ward-a", federation={"allowedCoordinators": []})
    world.settle()
    assert states(world)["team/ward-a"] == "NotAllowed"
    told = [{"name": "team/ward-a", "rows": 40, "rounds": 6}]
    federation = {"rounds": 8, "strategy": "FedAvg", "participants": told}
    world.finish(run, {**train_result(), "federation": federation})
    world.settle()
    (name,) = world.names("ModelVersion")
    (party,) = world.raw("ModelVersion", name)["spec"]["federation"]["participants"]
    assert party["datasetDigest"] == dataset_status("a")["current"]["digest"]


def test_a_coordinator_that_begins_anew_gets_new_parts() -> None:
    """Another certificate is another part: the old Job would not know the coordinator."""
    world = a_world(ward("ward-a"))
    run = certified(world)
    before = part(world, "ward-a")["name"]
    leave(world, run, "certify", {"outcome": "Succeeded", "certificate": CERTIFICATE + "another"})
    world.settle()
    after = part(world, "ward-a")["name"]
    assert before != after
    assert before not in world.names("Job")


def test_the_version_names_who_trained_on_which_data() -> None:
    """When the run is over no part is left, and the record names the parties and their versions."""
    world = a_world(*map(ward, WARDS))
    run = certified(world)
    parties = [{"name": f"team/{name}", "rows": 40, "rounds": 9} for name in WARDS]
    told = {"rounds": 10, "strategy": "FedAvg", "participants": parties}
    world.finish(run, {**train_result(), "federation": told})
    world.settle()
    (name,) = world.names("ModelVersion")
    record = world.raw("ModelVersion", name)["spec"]["federation"]
    assert record["rounds"] == 10
    first = record["participants"][0]
    assert (first["name"], first["rows"], first["rounds"]) == ("team/ward-a", 40, 9)
    assert first["datasetDigest"] == dataset_status("a")["current"]["digest"]
    assert "federation" not in world.status(*MODEL)
    assert not any(world.status("Dataset", name).get("participations") for name in WARDS)


def test_the_coordinators_pod_has_its_key_in_memory_and_no_credentials_beside_it() -> None:
    """Who coordinates sees no store; who has the store's keys sees no key of the run."""
    world = a_world(*map(ward, WARDS))
    run = certified(world)
    pod = world.raw("Job", run)["spec"]["template"]["spec"]
    containers = {c["name"]: c for c in (*pod["initContainers"], *pod["containers"])}
    assert list(containers) == ["fetch", "certify", "coordinate", "predict", "publish"]
    assert containers["coordinate"]["image"] == "trainyard/training-federated:dev"
    mounted = {name: {m["name"] for m in c["volumeMounts"]} for name, c in containers.items()}
    assert {name for name, volumes in mounted.items() if "keys" in volumes} == {
        "certify",
        "coordinate",
    }
    assert not any("store" in volume for volume in mounted["coordinate"])
    keys = next(volume for volume in pod["volumes"] if volume["name"] == "keys")
    assert keys["emptyDir"]["medium"] == "Memory"
    (service,) = world.names("Service")
    spec = world.raw("Service", service)["spec"]
    assert spec["ports"][0]["port"] == COORDINATOR_PORT
    assert spec["selector"]["batch.kubernetes.io/job-name"] == run


def test_a_participants_rows_and_its_credentials_are_in_different_containers() -> None:
    """Only enrol reaches the store; the SuperNode reads the rows, and nothing else."""
    world = a_world(ward("ward-a"))
    certified(world)
    pod = world.raw("Job", part(world, "ward-a")["name"])["spec"]["template"]["spec"]
    (enrol,), (participate,) = pod["initContainers"], pod["containers"]
    mounts = {m["name"]: m.get("readOnly", False) for m in participate["volumeMounts"]}
    assert {"data": True, "keys": True}.items() <= mounts.items()
    names = {variable["name"] for variable in participate["env"]}
    assert names == {"TRAINYARD_TASK"}
    assert "TRAINYARD_STORE_URL" in {variable["name"] for variable in enrol["env"]}
    assert pod["automountServiceAccountToken"] is False


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"rounds": 10}, True),
        ({"minParticipants": 3}, True),
        ({"roundSeconds": 20}, True),
        ({"rounds": 11}, False),
        ({"strategy": "Krum"}, False),
        ({"localIterations": 5}, False),
    ],
)
def test_what_makes_it_another_recipe(change: Raw, same: bool) -> None:
    """How long is waited, and for how many, changes no recipe; the rounds do."""
    before = a_training_job(estimator=None, federated=federated())
    after = a_training_job(estimator=None, federated=federated(**change))
    assert (recipe_digest(before.spec) == recipe_digest(after.spec)) is same


def test_an_installation_without_the_image_says_so() -> None:
    """No run begins that could not."""
    job = a_training_job(estimator=None, federated=federated())
    assert "images.federated" in why_refused(job.spec, an_installation())
    with_image = replace(an_installation(), federated_image="f:1")
    assert why_refused(job.spec, with_image) == ""
    assert "trained by 3 parties in 10 rounds of FedAvg" in describe_recipe(job.spec)
