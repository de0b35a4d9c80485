"""Versions are made again in pods: the same, other bytes, or another model; and told where."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cluster.bucket_yard import BucketYard, bucket_yard
from cluster.model_yard import Object, State, csv_of, dataset, training_job, tumours
from cluster.program import described, typed

pytestmark = [pytest.mark.cluster]

FOREST = {"class": "sklearn.ensemble.RandomForestClassifier", "parameters": {"n_estimators": 10}}
SEARCH = {"strategy": "Random", "trials": 2, "objective": "roc_auc"}
SPACE = [{"name": "C", "float": {"min": "0.1", "max": "10"}}]
LINEAR = {"class": "sklearn.linear_model.LogisticRegression"}
WRITTEN = """
import os, secrets
import pandas as pd
import skops.io
from sklearn.linear_model import LogisticRegression
frame = pd.read_parquet(os.environ["TRAINYARD_DATA"] + "/train.parquet")
target = os.environ["TRAINYARD_TARGET"]
{what}
skops.io.dump(model, os.environ["TRAINYARD_OUTPUT"] + "/model.skops")
"""
FITTED = "model = LogisticRegression().fit({rows}.drop(columns=[target]), {rows}[target])"
NO_SEED = "some = frame.sample(40, random_state=secrets.randbelow(2**31))\n" + FITTED.format(
    rows="some"
)
A_MARK = FITTED.format(rows="frame") + "\nmodel.mark_ = secrets.randbelow(2**31)"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketYard]:
    """One Dataset, and a recipe of each kind with a version."""
    with bucket_yard(tmp_path_factory.mktemp("yard"), "verify") as place:
        place.store.write("raw/tumours.csv", csv_of(tumours()).encode())
        newer: Object = {"onNewData": {}, "limits": {"cooldownSeconds": 0}}
        place.yard.apply(
            dataset("tumours", {"s3": {"path": "raw/tumours.csv"}}),
            training_job("forest", "tumours", estimator=FOREST, retrain=newer),
            training_job(
                "searched", "tumours", estimator=LINEAR, search={**SEARCH, "space": SPACE}
            ),
            written("unseeded", NO_SEED),
            written("marked", A_MARK),
        )
        yield place


def written(name: str, what: str) -> Object:
    """A recipe whose container is a program of ours."""
    program = WRITTEN.format(what=what)
    image = "docker.io/trainyard/training:dev"
    return training_job(
        name, "tumours", container={"image": image, "command": ["python", "-c", program]}
    )


def ready(place: BucketYard, name: str) -> Object:
    """The current version, once there is one."""
    state = place.yard.until(
        f"{name} has a version",
        lambda s: s.condition("TrainingJob", name, "Ready").status == "True",
    )
    return state.current(name)


def verified(place: BucketYard, name: str) -> Object:
    """Ask by the program that the current version is made again; what came of it."""
    version = ready(place, name)
    code, text = typed(place.yard, "verify", f"tj/{name}")
    assert 0 == code, text

    def is_compared(state: State) -> bool:
        return bool(state.runs(name)[0].get("verification"))

    state = place.yard.until(f"{name} is compared", is_compared)
    assert version == state.current(name)
    recorded = [v for kind, v in state.objects if kind == "ModelVersion" and v.startswith(name)]
    assert [version["name"]] == recorded
    run = state.runs(name)[0]
    assert ("Succeeded", version["name"]) == (run["phase"], run["verifies"])
    found: Object = run["verification"]
    return found


@pytest.mark.parametrize("name", ["forest", "searched"])
def test_the_same_bytes(place: BucketYard, name: str) -> None:
    """An estimator with a seed, and one whose parameters are searched for; told by an event."""
    found = verified(place, name)
    version = ready(place, name)
    assert "BitEqual" == found["outcome"]
    assert version["bundleDigest"][:19] in found["message"]
    said = f"ModelVersion {version['name']} made again: BitEqual: the same bytes"
    told = described(place.yard, f"tj/{name}", said, "Outcome: BitEqual")
    assert "Warning Verified" not in told


def test_another_model_is_told_by_the_metrics_that_differ(place: BucketYard) -> None:
    """A container that draws its rows without a seed; the event is a warning."""
    found = verified(place, "unseeded")
    assert "Different" == found["outcome"]
    assert "brier_score 0." in found["message"]
    assert "→" in found["message"]
    assert found["message"].endswith("image and libraries are the same")
    said = ("Warning Verified", "made again: Different: ", "Outcome: Different")
    described(place.yard, "tj/unseeded", *said)
    code, text = typed(place.yard, "history", "tj/unseeded")
    assert 0 == code, text
    assert "made again: Different: " in " ".join(text.split())


def test_other_bytes_with_the_same_metrics(place: BucketYard) -> None:
    """A container that writes a random mark into the model, by which it answers nothing."""
    found = verified(place, "marked")
    assert "EqualMetrics" == found["outcome"]
    assert "other bytes (sha256:" in found["message"]


def test_a_version_of_older_data_is_not_made_again(place: BucketYard) -> None:
    """The inputs have moved on: the request is refused, and says what to bring back."""
    older = ready(place, "forest")
    place.store.write("raw/tumours.csv", csv_of(tumours(400)).encode())
    code, text = typed(place.yard, "refresh", "dset/tumours")
    assert 0 == code, text
    place.yard.until("the newer data has a version", lambda s: s.current("forest") != older)
    runs = len(place.yard.state().runs("forest"))
    asked = f"verify@{older['name']}#older"
    place.yard.kubectl("annotate", "--overwrite", "tj/forest", f"trainyard.dev/request={asked}")
    state = place.yard.until(
        "the request is answered",
        lambda s: s.status("TrainingJob", "forest").get("lastRequest") == asked,
    )
    said = state.status("TrainingJob", "forest")["requests"][-1]
    assert "Refused" == said["outcome"]
    assert "of other data or another recipe" in said["message"]
    assert runs == len(state.runs("forest"))
    described(place.yard, "tj/forest", "Warning RequestRefused")
