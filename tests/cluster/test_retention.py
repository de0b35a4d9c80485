"""A sweep and an erasure in real pods: what nothing refers to goes, and what is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from builders_training import an_installation
from cluster.model_yard import (
    BUCKET,
    Bucket,
    ModelYard,
    csv_of,
    dataset,
    local_bucket,
    model_yard,
    tumours,
)

from modelbundle.store import Store
from trainyard.installation import BucketStore
from trainyard.retention.references import OWNERS, references_of
from trainyard.retention.sweep_job import sweep_job, sweep_task

pytestmark = [pytest.mark.cluster]

SECRET, DAYS = "trainyard-store", 30
GONE = "runs/uid-of-nobody/run-1/result.json"


@dataclass(frozen=True, slots=True)
class Place:
    """The yard with its part of the store, in which there is one version."""

    yard: ModelYard
    bucket: Bucket
    store: Store
    digest: str

    def job(self, after: timedelta = timedelta()) -> dict[str, Any]:
        """The sweep of a day so much later, of what the objects refer to now."""
        found = self.yard.state().objects.values()
        references = references_of([raw for raw in found if raw["kind"] in OWNERS])
        store = BucketStore(BUCKET, "stores", self.bucket.endpoint, self.bucket.region)
        now = datetime.now(UTC) + after
        place = ("namespace", self.yard.namespace)
        uid = self.yard.kubectl("get", *place, "-o=jsonpath={.metadata.uid}")
        task = sweep_task(references, DAYS, now, uid)
        return sweep_job(an_installation(store=store), self.yard.namespace, task, now)

    def result(self, job: dict[str, Any]) -> dict[str, Any]:
        """What its pod found."""
        name = job["metadata"]["name"]
        self.yard.apply(job)
        self.yard.kubectl("wait", f"job/{name}", "--for=condition=complete", "--timeout=300s")
        found: dict[str, Any] = json.loads(
            self.yard.kubectl("logs", f"job/{name}").splitlines()[-1]
        )
        return found

    def has_version(self) -> bool:
        """Whether the version is whole enough to be found."""
        return self.store.exists(f"datasets/sha256/{self.digest[7:]}/manifest.json")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A Dataset with a version, and the result of a run of nobody."""
    bucket = local_bucket()
    folder = tmp_path_factory.mktemp("yard")
    with model_yard(folder, bucket.settings("stores"), ["swept"]) as yard:
        yard.secret(SECRET, bucket.keys)
        store = bucket.store(f"stores/default/{yard.namespace}")
        store.write("raw/tumours.csv", csv_of(tumours()).encode())
        store.write(GONE, b"{}")
        yard.apply(dataset("tumours", {"s3": {"path": "raw/tumours.csv"}}))
        state = yard.until("there is a version", lambda s: s.dataset_digest("tumours") != "")
        yield Place(yard, bucket, store, state.dataset_digest("tumours"))


def test_what_nothing_refers_to_is_marked_and_later_removed(place: Place) -> None:
    """By the Job that the operator makes; what a Dataset refers to stays, and so do its sources."""
    marked = place.result(place.job())
    assert ("Swept", 0) == (marked["outcome"], marked["removed"])
    assert marked["marked"] >= 1
    assert place.store.exists(GONE)
    removed = place.result(place.job(timedelta(days=DAYS + 1)))
    assert removed["removed"] >= 1
    assert not place.store.exists(GONE)
    assert place.has_version()
    assert place.store.exists("raw/tumours.csv")


def test_a_version_that_is_asked_for_is_gone(place: Place) -> None:
    """Whatever refers to it."""
    job = place.job()
    job["metadata"]["name"] = "forget"
    (container,) = job["spec"]["template"]["spec"]["containers"]
    task = json.dumps({"version": 1, "dataset": place.digest, "dryRun": False})
    container["args"] = ["erase"]
    container["env"] = [v for v in container["env"] if v["name"] != "TRAINYARD_TASK"]
    container["env"].append({"name": "TRAINYARD_TASK", "value": task})
    assert place.has_version()
    assert "Erased" == place.result(job)["outcome"]
    assert not place.has_version()
