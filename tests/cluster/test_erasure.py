"""Somebody asks to be forgotten: rows, requests, versions and models, in the order of the how-to.

On the real node, with real pods and a bucket. What is not awaited is the second look of the Job at
captures that a pod might still write, ten minutes later: the pod that wrote them is gone.

Proves: trainyardctl/affected_by.py, trainyardctl/stored_rows.py
"""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
import pytest
from builders_training import an_installation
from cluster.bucket_yard import BucketYard, bucket_yard
from cluster.model_yard import (
    BUCKET,
    COLUMNS,
    Object,
    State,
    csv_of,
    dataset,
    deployment,
    training_job,
    tumours,
)
from cluster_access import kubeconfig, run
from marked_rows import Mark

from trainyard.installation import BucketStore
from trainyard.retention.sweep_job import sweep_job

pytestmark = [pytest.mark.cluster]

PERSON, SOURCE = Mark("person-4711"), "raw/patients.csv"
ROWS, OTHERS = 3, 20
REQUESTS = tuple(f"{PERSON.text}-asked-{number}" for number in range(5))


def patients() -> pd.DataFrame:
    """Real rows, of which each says whose it is; one person has some."""
    frame = tumours()
    names = [f"patient-{number}" for number in range(len(frame))]
    names[10 : 10 + ROWS] = [PERSON.text] * ROWS
    return frame.assign(patient=names)


def without_the_person() -> pd.DataFrame:
    """The rows that stay."""
    frame = patients()
    return frame[frame["patient"] != PERSON.text]


@dataclass(slots=True)
class Place:
    """The yard with one model that serves, and what the person left in it."""

    place: BucketYard
    first: Object
    """The version that learned from the person's rows."""

    def kept(self) -> list[str]:
        """Everything of the namespace's store that has a word of the person."""
        store = self.place.store
        keys = sorted(entry.key for entry in store.list(""))
        return [key for key in keys if PERSON.is_in(key.encode() + b" " + store.read(key))]

    def folders(self) -> set[str]:
        """The first folders of these."""
        return {key.partition("/")[0] for key in self.kept()}

    def affected(self) -> str:
        """What people are told of the person's rows, by the command that they type."""
        yard, bucket = self.place.yard, self.place.bucket
        environment = {
            "AWS_ACCESS_KEY_ID": bucket.keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": bucket.keys.secret_access_key,
            "TRAINYARD_STORE_ENDPOINT": bucket.endpoint,
            "TRAINYARD_STORE_REGION": bucket.region,
        }
        given = [f"{name}={value}" for name, value in environment.items()]
        program = (sys.executable, "-m", "trainyardctl", "--kubeconfig", kubeconfig())
        words = ("-n", yard.namespace, "data", "affected", "--column", "patient")
        store = f"s3://{BUCKET}/stores/default/{yard.namespace}"
        ask = ("--value", PERSON.text, "--store", store)
        return run("env", *given, *program, *words, *ask).stdout

    def erases(self, name: str, **what: object) -> None:
        """The Job of the how-to begins, with the store of this namespace."""
        bucket, namespace = self.place.bucket, self.place.yard.namespace
        store = BucketStore(BUCKET, "stores", bucket.endpoint, bucket.region)
        task = json.dumps({"version": 1, "dryRun": False, **what})
        job = sweep_job(an_installation(store=store), namespace, task, datetime.now(UTC))
        job["metadata"]["name"] = name
        job["spec"]["template"]["spec"]["containers"][0]["args"] = ["erase"]
        self.place.yard.apply(job)

    def ask(self, *names: str) -> None:
        """Requests reach the model, each by its name."""
        address = self.place.ready("m")
        for name in names:
            tensor = {"name": "input", "datatype": "FP64", "shape": [1, 3], "data": [20, 20, 0.1]}
            request = urllib.request.Request(
                f"http://{address}/v2/models/m/infer",
                json.dumps({"inputs": [tensor]}).encode(),
                {"x-request-id": name},
            )
            urllib.request.urlopen(request, timeout=30).close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A model that learned from the person's rows serves, and every request is kept."""
    with bucket_yard(tmp_path_factory.mktemp("yard"), "erasure") as made:
        made.store.write(SOURCE, csv_of(patients()).encode())
        columns = [{"name": "patient", "type": "Category", "role": "Id"}, *COLUMNS]
        serving = deployment("m")
        serving["spec"]["monitoring"] = {"capture": {"sampledPercent": "100"}}
        serving["spec"]["rollout"] = {"strategy": "Immediate"}
        made.yard.apply(
            dataset("patients", {"s3": {"path": SOURCE}}, columns=columns),
            training_job("m", "patients"),
            serving,
        )
        state = made.yard.until("the first version serves", lambda s: _serves(s) != {})
        yield Place(made, _serves(state))


def _serves(state: State, other_than: Object | None = None) -> Object:
    """The version that has all requests, if it is another one; TrainingJobs may have none now."""
    status = state.status("ModelDeployment", "m")
    stable: Object = status.get("stable") or {}
    ready = state.condition("ModelDeployment", "m", "Ready").status == "True"
    if not ready or status.get("rollout") or status.get("canary"):
        return {}
    changed = stable.get("bundleDigest") != (other_than or {}).get("bundleDigest")
    return stable if changed else {}


def test_a_person_is_forgotten(place: Place) -> None:
    """In the end no object of the store has a word of theirs, and nobody says they are affected."""
    yard, store = place.place.yard, place.place.store
    place.ask(*REQUESTS, *(f"other-{number:02}" for number in range(OTHERS)))
    yard.until("the requests are stored", lambda _: "captures" in place.folders())
    assert {"raw", "datasets", "captures"} == place.folders()
    told = place.affected()
    assert f"{ROWS} rows, now current in dset/patients" in told
    assert f"mv/{place.first['modelVersion']}: stable in mdep/m" in told

    held = yard.state().dataset_digest("patients")
    second = _learnt_without_them(place, held)
    assert f"data {held}: {ROWS} rows\n" in place.affected()
    _requests_forgotten(place)
    place.erases("forget-rows", dataset=held)
    yard.kubectl("wait", "job/forget-rows", "--for=condition=complete", "--timeout=300s")
    yard.kubectl("delete", "modelversion", place.first["modelVersion"])
    assert place.kept() == []
    assert "holds such a row" in place.affected()
    state = yard.state()
    assert _serves(state) == second
    current = state.dataset_digest("patients")
    assert store.exists(f"datasets/sha256/{current[7:]}/manifest.json")


def _learnt_without_them(place: Place, held: str) -> Object:
    """The source has the rows no more, nor has the next version, nor has the model that serves."""
    yard = place.place.yard
    place.place.store.write(SOURCE, csv_of(without_the_person()).encode())
    _request(place, "dataset/patients", "refresh@now")
    yard.until("there is another version", lambda s: s.dataset_digest("patients") != held)
    _request(place, "trainingjob/m", "run@now")
    state = yard.until("the other model serves", lambda s: _serves(s, place.first) != {})
    return _serves(state, place.first)


def _requests_forgotten(place: Place) -> None:
    """Once the pod is gone that wrote them down, nobody writes them again; others stay."""
    yard = place.place.yard
    old = f"trainyard.dev/revision={place.first['revision']}"
    yard.until("its pods are gone", lambda _: not yard.kubectl("get", "pods", "-l", old, "-o=name"))
    assert len(REQUESTS) + OTHERS == _captured(place)
    place.erases("forget-requests", requestIds=[*REQUESTS])
    yard.until("their rows are gone", lambda _: "captures" not in place.folders())
    assert OTHERS == _captured(place)


def _request(place: Place, name: str, text: str) -> None:
    words = ("annotate", "--overwrite", name, f"trainyard.dev/request={text}")
    place.place.yard.kubectl(*words)


def _captured(place: Place) -> int:
    """How many requests of the test are in the store; the operator asks, too."""
    store = place.place.store
    names = [*REQUESTS, *(f"other-{number:02}" for number in range(OTHERS))]
    parts = [entry.key for entry in store.list("captures") if entry.key.endswith(".parquet")]
    contents = [store.read(key) for key in parts]
    return sum(any(Mark(name).is_in(content) for content in contents) for name in names)
