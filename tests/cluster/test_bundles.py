"""Models of every recipe become bundles: trained twice, imported, or made by a user's image."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from cluster.model_yard import (
    BUCKET,
    FEATURES,
    Bucket,
    ModelYard,
    Object,
    csv_of,
    dataset,
    local_bucket,
    model_yard,
    training_job,
    tumours,
)
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.linear_model import LogisticRegression
from skops.io import dumps

pytestmark = [pytest.mark.cluster]

SECRET = "trainyard-store"
OF_ANOTHER_TEAM = "models-of-another-team"
FOREST = {
    "class": "sklearn.ensemble.RandomForestClassifier",
    "parameters": {"n_estimators": 20, "max_depth": 4},
}
ZEROS = f"sha256:{'0' * 64}"
TRAINER = """
import json, os
import pandas as pd
import skops.io
from sklearn.linear_model import LogisticRegression
mounts = [line.split()[4] for line in open("/proc/self/mountinfo")]
seen = {"env": sorted(os.environ), "mounts": sorted(mounts), "files": []}
for folder, _, names in os.walk("/trainyard"):
    seen["files"] += [os.path.join(folder, name) for name in names]
print("SEEN " + json.dumps(seen), flush=True)
data, output = os.environ["TRAINYARD_DATA"], os.environ["TRAINYARD_OUTPUT"]
frame, target = pd.read_parquet(data + "/train.parquet"), os.environ["TRAINYARD_TARGET"]
strength = json.loads(os.environ["TRAINYARD_PARAMETERS"])["STRENGTH"]
assert strength == os.environ["TRAINYARD_PARAMETER_STRENGTH"] == os.environ["STRENGTH"]
model = LogisticRegression(C=float(strength), max_iter=500)
model.fit(frame.drop(columns=[target]), frame[target])
skops.io.dump(model, output + "/model.skops")
json.dump({"rows_seen": len(frame)}, open(output + "/metrics.json", "w"))
"""
QUITTER = "import sys; print('the licence of this solver has expired'); sys.exit(13)"
RAISED = "ValueError: could not convert string to float: 'n/a'"
RAISING = f"""
def step(depth):
    if depth == 0:
        raise {RAISED.replace(": ", '("', 1)}")
    step(depth - 1)
print("reading\\n" * 60, flush=True)
step(12)
"""
GLUTTON = "print('eating', flush=True); b = bytearray(2 * 1024**3); print(len(b))"


@dataclass(frozen=True, slots=True)
class Place:
    """Two namespaces with one operator and one bucket."""

    yard: ModelYard
    bucket: Bucket


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Everything is applied at once; each test then waits for its own."""
    bucket = local_bucket()
    text = csv_of(tumours()).encode()
    settings = bucket.settings("stores")
    with model_yard(tmp_path_factory.mktemp("yard"), settings, ["bundles", "twins"]) as yard:
        yard.secret(SECRET, bucket.keys)
        yard.secret(OF_ANOTHER_TEAM, bucket.keys)
        for namespace in yard.namespaces:
            bucket.store(f"stores/default/{namespace}").write("raw/tumours.csv", text)
            yard.apply(
                dataset("tumours", {"s3": {"path": "raw/tumours.csv"}}),
                training_job("forest", "tumours", estimator=FOREST),
                namespace=namespace,
            )
        yard.apply(*_imports(bucket, yard.namespace), *_containers())
        yield Place(yard, bucket)


def test_training_twice_gives_the_same_bundle(place: Place) -> None:
    """Same data and recipe in another namespace: the same dataset version, the same model."""
    yard = place.yard
    digests = set()
    for namespace in yard.namespaces:
        state = yard.until(
            "a forest is accepted", lambda s: s.current("forest") != {}, namespace=namespace
        )
        digests.add((state.dataset_digest("tumours"), state.current("forest")["bundleDigest"]))
    assert 1 == len(digests), digests


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("onnx", id="ONNX from the store's bucket"),
        pytest.param("skops", id="skops from a bucket of its own"),
    ],
)
def test_an_imported_model_passes_the_gates(place: Place, name: str) -> None:
    """It is measured on the same test rows and recorded like one that was trained."""
    state = place.yard.until("it is accepted", lambda s: s.current(name) != {})
    (run_,) = state.runs(name)
    assert float(run_["metrics"]["roc_auc"]) > 0.8
    manifest = f"models/sha256/{state.current(name)['bundleDigest'][7:]}/manifest.json"
    store = place.bucket.store(f"stores/default/{place.yard.namespace}")
    assert name in json.loads(store.read(manifest))["formats"]


def test_an_import_with_another_digest_is_refused_once(place: Place) -> None:
    """The condition has both digests; nothing is tried again."""
    state = place.yard.until(
        "it is refused",
        lambda s: s.condition("TrainingJob", "swapped", "Stalled").status == "True",
    )
    (run_,) = state.runs("swapped")
    assert ("User", "DigestMismatch") == (run_["fault"], run_["reason"])
    told = state.condition("TrainingJob", "swapped", "Stalled").message
    assert ZEROS in told
    assert _sha256(_models()["onnx"]) in told


def test_an_import_that_is_not_there_yet_is_waited_for(place: Place) -> None:
    """The file may come after the TrainingJob; then it is trained without a word of anybody."""
    yard = place.yard
    state = yard.until(
        "the missing file is told",
        lambda s: s.condition("TrainingJob", "late", "Reconciling").reason == "WaitingToRetry",
    )
    told = state.condition("TrainingJob", "late", "Reconciling").message
    assert "SourceNotFound" in told
    store = place.bucket.store(f"stores/default/{yard.namespace}")
    store.write("models/late.skops", _models()["skops"])
    yard.until("it is accepted", lambda s: s.current("late") != {})


def test_a_users_container_sees_rows_and_parameters_and_nothing_else(place: Place) -> None:
    """By its own listing: no keys, no store, no answers, no questions, no token."""
    yard = place.yard
    state = yard.until("its model is accepted", lambda s: s.current("own") != {})
    (run_,) = state.runs("own")
    assert int(run_["metrics"]["rows_seen"]) < 300
    log = yard.kubectl("logs", f"job/{run_['name']}", "-c", "train")
    line = next(line for line in log.splitlines() if line.startswith("SEEN "))
    seen = json.loads(line.removeprefix("SEEN "))
    hidden = ("AWS", "SECRET", "STORE", "RESULT", "TASK")
    assert [] == [name for name in seen["env"] if any(word in name for word in hidden)]
    assert ["/trainyard/data", "/trainyard/output"] == [
        mount for mount in seen["mounts"] if mount.startswith("/trainyard")
    ]
    assert [] == [mount for mount in seen["mounts"] if "serviceaccount" in mount]
    assert ["columns.json", "train.parquet"] == sorted(
        path.rpartition("/")[2] for path in seen["files"]
    )


def test_a_container_that_fails_by_its_own_fault_is_not_retried(place: Place) -> None:
    """Exit code 13: one run, and the condition has the program's last words."""
    state = place.yard.until(
        "it failed", lambda s: s.condition("TrainingJob", "quits", "Stalled").status == "True"
    )
    (run_,) = state.runs("quits")
    assert "User" == run_["fault"]
    assert "exit code 13" in run_["message"]
    stalled = state.condition("TrainingJob", "quits", "Stalled")
    assert "RecipeInvalid" == stalled.reason
    assert "the licence of this solver has expired" in stalled.message


def test_a_container_that_raises_says_what_it_raised(place: Place) -> None:
    """Whatever was printed, and however deep it was raised: what goes to one stream of a container
    may come before or behind what goes to the other in its log.
    """
    state = place.yard.until(
        "it failed", lambda s: s.condition("TrainingJob", "raises", "Stalled").status == "True"
    )
    (run_,) = state.runs("raises")
    assert RAISED in run_["message"]
    assert RAISED in state.condition("TrainingJob", "raises", "Stalled").message


def test_a_container_killed_for_its_memory_is_retried_and_given_up(place: Place) -> None:
    """As often as attempts.maxRetries says; then the condition names the field to raise."""
    state = place.yard.until(
        "it was given up",
        lambda s: s.condition("TrainingJob", "eats", "Stalled").status == "True",
    )
    runs = state.runs("eats")
    assert [("Infrastructure", "OutOfMemory")] * 2 == [(r["fault"], r["reason"]) for r in runs]
    stalled = state.condition("TrainingJob", "eats", "Stalled")
    assert "RetriesExhausted" == stalled.reason
    assert "raise spec.pod.resources.limits.memory" in stalled.message


@cache
def _models() -> dict[str, bytes]:
    """One model in both formats, made once: skops files hold times and addresses."""
    frame = tumours(500)
    model = LogisticRegression(max_iter=500)
    model.fit(frame[list(FEATURES)].to_numpy(), frame["diagnosis"].to_numpy())
    shape = [("input", DoubleTensorType([None, len(FEATURES)]))]
    made = to_onnx(model, initial_types=shape, options={"zipmap": False})
    return {"onnx": made.SerializeToString(), "skops": dumps(model)}


def _imports(bucket: Bucket, namespace: str) -> Iterator[Object]:
    """Imports of three files; that of a fourth comes later."""
    store = bucket.store(f"stores/default/{namespace}")
    store.write("handed-over/model.onnx", _models()["onnx"])
    bucket.store(f"handed-over/{namespace}").write("model.skops", _models()["skops"])
    own = {"s3": {"path": "handed-over/model.onnx"}}
    foreign = {
        "s3": {
            "bucket": BUCKET,
            "path": f"handed-over/{namespace}/model.skops",
            "endpoint": bucket.endpoint,
            "secretName": OF_ANOTHER_TEAM,
        }
    }
    late = {"s3": {"path": "models/late.skops"}}
    yield _import("onnx", own, "Onnx", _sha256(_models()["onnx"]))
    yield _import("skops", foreign, "Skops", _sha256(_models()["skops"]))
    yield _import("swapped", own, "Onnx", ZEROS)
    yield _import("late", late, "Skops", _sha256(_models()["skops"]))


def _import(name: str, source: Object, form: str, digest: str) -> Object:
    imported = {"source": source, "format": form, "digest": digest}
    return training_job(name, "tumours", **{"import": imported})


def _containers() -> Iterator[Object]:
    limits = {"resources": {"limits": {"memory": "400Mi"}}}
    once = {"maxRetries": 1}
    yield _container("own", TRAINER)
    yield _container("quits", QUITTER)
    yield _container("raises", RAISING, attempts={"maxRetries": 0})
    yield _container("eats", GLUTTON, pod=limits, attempts=once)


def _container(name: str, program: str, **more: object) -> Object:
    container = {
        "image": "docker.io/trainyard/training:dev",
        "command": ["python", "-c", program],
        "env": [{"name": "STRENGTH", "value": "0.5"}],
    }
    return training_job(name, "tumours", container=container, **more)


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
