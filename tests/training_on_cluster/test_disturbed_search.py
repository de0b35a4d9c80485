"""A search on the real node whose pods and operator are killed at random.

Started by `make training-on-cluster`: a hundred pods are too many for every run of the chain.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from cluster.bucket_yard import BucketYard, bucket_yard
from cluster.model_yard import Object, csv_of, dataset, training_job, tumours

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(3600)]

PATIENCE = 1800
"""Seconds for fifty pods on a machine that has other work as well: a bound for what hangs."""
LINEAR = {"class": "sklearn.linear_model.LogisticRegression"}
CRASHING = ("0", "-1", "-2", '"x"', "[1]")
"""What C cannot be: fitting raises."""
VALUES = [f"{10 ** (number / 9 - 4):.6g}" for number in range(45)]
for _number, _value in enumerate(CRASHING):
    VALUES.insert(10 * _number + 3, _value)
SEARCH = {
    "strategy": "Grid",
    "trials": len(VALUES),
    "parallelism": 4,
    "objective": "log_loss",
    "space": [{"name": "C", "values": VALUES}],
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketYard]:
    """A Dataset, and the search that nobody disturbs."""
    with bucket_yard(tmp_path_factory.mktemp("yard"), "search") as place:
        place.store.write("raw/tumours.csv", csv_of(tumours()).encode())
        place.yard.apply(
            dataset("tumours", {"s3": {"path": "raw/tumours.csv"}}),
            training_job("undisturbed", "tumours", estimator=LINEAR, search=SEARCH),
        )
        yield place


def test_a_search_gives_the_trial_of_an_undisturbed_one(place: BucketYard) -> None:
    """50 trials of which 5 cannot be fitted; pods and the operator are killed at random."""
    yard = place.yard
    ready = ("--for=condition=Ready", f"--timeout={PATIENCE}s")
    yard.kubectl("wait", "tj/undisturbed", *ready)
    yard.apply(training_job("disturbed", "tumours", estimator=LINEAR, search=SEARCH))
    killed = disturbed(place, "disturbed")
    yard.kubectl("wait", "tj/disturbed", *ready)
    state = yard.state()
    assert min(killed["pod"], killed["operator"]) >= 5, killed
    search = [state.runs(name)[0]["search"] for name in ("undisturbed", "disturbed")]
    told = [(s["phase"], s["succeeded"], s["failed"], s["best"]) for s in search]
    assert ("Succeeded", 45, 5) == told[0][:3]
    assert told[0] == told[1]
    bundles = [state.current(name)["bundleDigest"] for name in ("undisturbed", "disturbed")]
    assert bundles[0] == bundles[1]


def disturbed(place: BucketYard, name: str) -> Counter[str]:
    """Kill at random until the search is over; how often which was killed."""
    yard, chance, killed = place.yard, random.Random(16), Counter[str]()
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        search = search_of(place, name)
        if search.get("phase") in {"Succeeded", "Failed"}:
            return killed
        what = chance.choice(("pod", "operator", "both"))
        pods = pods_of(place, search["name"]) if search else []
        if not pods:
            time.sleep(1)
            continue
        if what != "pod":
            yard.stop()
            killed["operator"] += 1
        if what != "operator":
            force = ("--grace-period=0", "--force", "--ignore-not-found")
            yard.kubectl("delete", chance.choice(pods), *force)
            killed["pod"] += 1
        time.sleep(chance.uniform(0, 4))
        if what != "pod":
            yard.start()
            got_further(place, name, search)
        time.sleep(chance.uniform(0, 4))
    raise AssertionError(f"the search does not end: {search_of(place, name)}\n{killed}")


def search_of(place: BucketYard, name: str) -> Object:
    """What the status says of the search of the newest run; nothing before there is one."""
    run = next(iter(place.yard.state().runs(name)), {})
    found: Object = run.get("search", {})
    return found


def got_further(place: BucketYard, name: str, before: Object) -> None:
    """Wait until the operator has read something new, as it has to live now and then; a while."""
    end = time.monotonic() + 30
    while search_of(place, name) == before and time.monotonic() < end:
        time.sleep(0.5)


def pods_of(place: BucketYard, job: str) -> list[str]:
    """Names of those that are there: at work, and ended ones whose result may not be read yet."""
    label = f"batch.kubernetes.io/job-name={job}"
    return place.yard.kubectl("get", "pods", "-l", label, "-o", "name").split()
