"""An S3 bucket as artifact store, and buckets as sources: real S3 server, operator and pods."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cluster.model_yard import (
    BUCKET,
    Bucket,
    ModelYard,
    csv_of,
    dataset,
    deployment,
    flip_a_bit,
    local_bucket,
    model_yard,
    training_job,
    tumours,
)

from modelbundle.store import Store

pytestmark = [pytest.mark.cluster]

SECRET, READER = "trainyard-store", "handed-over-reader"


@dataclass(frozen=True, slots=True)
class Place:
    """The yard with its part of the store."""

    yard: ModelYard
    bucket: Bucket
    store: Store


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Files lie in the store's part of the namespace and in a folder beside all stores.

    There are no Secrets at first.
    """
    bucket = local_bucket()
    weak = {"class": "sklearn.linear_model.LogisticRegression", "parameters": {"C": 0.01}}
    with model_yard(tmp_path_factory.mktemp("yard"), bucket.settings("stores"), ["bucket"]) as yard:
        store = bucket.store(f"stores/default/{yard.namespace}")
        text = csv_of(tumours()).encode()
        store.write("raw/tumours/part-1.csv", text)
        bucket.store(f"handed-over/{yard.namespace}").write("tumours.csv", text)
        own = {
            "bucket": BUCKET,
            "path": f"handed-over/{yard.namespace}/",
            "endpoint": bucket.endpoint,
            "region": bucket.region,
            "secretName": READER,
        }
        yard.apply(
            dataset("tumours", {"s3": {"path": "raw/tumours/"}}),
            dataset("handed-over", {"s3": own}),
            dataset("spoilt", {"s3": {"path": "raw/tumours/"}}, split={"seed": 5}),
            training_job("model", "tumours"),
            training_job("later", "handed-over", estimator=weak, gates=[]),
        )
        yield Place(yard, bucket, store)


def test_missing_secrets_are_named_and_waited_for(place: Place) -> None:
    """Each Dataset says which Secret it lacks, and goes on by itself when it is there.

    The same bytes are the same version, wherever they come from.
    """
    yard = place.yard
    words = {
        "tumours": "create the secret trainyard-store",
        "handed-over": "check the Secret that the source's secretName names",
    }
    yard.until(
        "each missing secret is told",
        lambda s: all(
            text in s.condition("Dataset", name, "Reconciling").message
            for name, text in words.items()
        ),
    )
    yard.secret(SECRET, place.bucket.keys)
    yard.secret(READER, place.bucket.keys)
    state = yard.until(
        "both are versions",
        lambda s: all(s.dataset_digest(name) for name in ("tumours", "handed-over")),
    )
    assert state.dataset_digest("tumours") == state.dataset_digest("handed-over")


def test_a_model_is_trained_and_served_from_the_bucket(place: Place) -> None:
    """Data → run → accepted version → a real prediction is answered by its digest."""
    yard = place.yard
    state = yard.until("a version is accepted", lambda s: s.current("model") != {})
    version = state.current("model")
    assert place.store.exists(f"models/sha256/{version['bundleDigest'][7:]}/manifest.json")
    yard.apply(deployment("serving", version["name"]))
    state = yard.until(
        "it serves",
        lambda s: s.condition("ModelDeployment", "serving", "Ready").status == "True",
    )
    stable = state.status("ModelDeployment", "serving")["stable"]
    assert version["bundleDigest"] == stable["bundleDigest"]


def test_a_flipped_bit_in_a_dataset_ends_the_run_with_its_file(place: Place) -> None:
    """Nothing is learned from bytes that are not what the manifest says; one run, no retry."""
    yard = place.yard
    state = yard.until("a third version is there", lambda s: s.dataset_digest("spoilt") != "")
    digest = state.dataset_digest("spoilt")
    assert digest != state.dataset_digest("tumours")
    flip_a_bit(place.store, f"datasets/sha256/{digest[7:]}/train/part-00000.parquet")
    yard.apply(training_job("spoilt", "spoilt"))
    state = yard.until(
        "the run is refused",
        lambda s: s.condition("TrainingJob", "spoilt", "Stalled").status == "True",
    )
    (run_,) = state.runs("spoilt")
    assert ("User", "DatasetCorrupt") == (run_["fault"], run_["reason"])
    assert "train/part-00000.parquet" in run_["message"]


def test_a_flipped_bit_in_a_model_never_serves(place: Place) -> None:
    """The pods of the damaged version refuse it and say so; the stable version serves on."""
    yard = place.yard
    state = yard.until("another version is accepted", lambda s: s.current("later") != {})
    later, stable = state.current("later"), state.status("ModelDeployment", "serving")["stable"]
    folder = f"models/sha256/{later['bundleDigest'][7:]}"
    for entry in place.store.list(folder):
        if entry.key.endswith((".onnx", ".skops")):
            flip_a_bit(place.store, entry.key)
    yard.apply(deployment("serving", later["name"]))
    state = yard.until(
        "the damaged version is in quarantine",
        lambda s: bool(s.status("ModelDeployment", "serving").get("quarantine")),
    )
    (entry,) = state.status("ModelDeployment", "serving")["quarantine"]
    assert later["bundleDigest"] == entry["bundleDigest"]
    assert "model." in entry["message"]
    after = yard.until(
        "the stable version serves on",
        lambda s: s.condition("ModelDeployment", "serving", "Ready").status == "True",
    ).status("ModelDeployment", "serving")
    assert stable["revision"] == after["stable"]["revision"]
    assert [(stable["revision"], 100)] == [
        (t["revision"], t["weightPercent"]) for t in after["traffic"] if t["weightPercent"]
    ]


def test_pods_that_lack_the_keys_are_no_bad_version(place: Place) -> None:
    """A version whose pods find no Secret is not quarantined; it serves when the Secret is back."""
    yard = place.yard
    yard.kubectl("delete", "secret", SECRET)
    version = yard.state().current("model")["name"]
    yard.apply(deployment("keyless", version))
    words = "could not fetch its bundle (exit 15): the store wants credentials"
    yard.until(
        "the missing secret is told",
        lambda s: words in json.dumps(s.status("ModelDeployment", "keyless")),
    )
    yard.secret(SECRET, place.bucket.keys)
    state = yard.until(
        "it serves", lambda s: s.condition("ModelDeployment", "keyless", "Ready").status == "True"
    )
    assert not state.status("ModelDeployment", "keyless").get("quarantine")
