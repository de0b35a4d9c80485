"""From files to an accepted ModelVersion on a real cluster: real API server, real pods."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cluster.elsewhere import digest_of, importing, in_config_map, onnx_model
from cluster.model_yard import (
    COLUMNS,
    ModelYard,
    Object,
    csv_of,
    dataset,
    model_yard,
    training_job,
    tumours,
)
from cluster_access import run

pytestmark = [pytest.mark.cluster]

CLAIM = "trainyard-store"


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelYard]:
    """A namespace with a store on a claim, and the operator at work; gone afterwards."""
    settings = {"TRAINYARD_STORE": f"pvc://{CLAIM}"}
    with model_yard(tmp_path_factory.mktemp("yard"), settings, ["training"]) as found:
        run(sys.executable, "-m", "devcluster", "target", "volume", found.namespace, CLAIM, "1Gi")
        yield found


def _files(yard: ModelYard, name: str, rows: int, *, poisoned: int = 0) -> None:
    """Put a CSV of so many real rows into a ConfigMap; `poisoned` of them below zero."""
    frame = tumours(rows)
    frame.loc[: poisoned - 1, "mean radius"] *= -1
    yard.apply(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name},
            "data": {"data.csv": csv_of(frame)},
        }
    )


def _dataset(name: str, **more: Any) -> Object:
    """A Dataset of the ConfigMap, whose columns are found in the rows unless `more` has them."""
    found = dataset(name, {"configMap": {"name": name, "path": "data.csv"}}, **more)
    if "columns" not in more:
        del found["spec"]["columns"]
    return found


def _refresh(yard: ModelYard, name: str, id_: str) -> None:
    yard.kubectl("annotate", "dataset", name, f"trainyard.dev/request=refresh@now#{id_}")


def test_files_become_an_accepted_version_and_more_rows_the_next(yard: ModelYard) -> None:
    """ConfigMap → dataset version → run → gates → current; new rows start the next run; the
    operator is killed in the middle of it and nothing runs twice; then nothing moves any more.
    """
    retrain = {"onNewData": {"minNewRows": 50}, "limits": {"cooldownSeconds": 0}}
    yard.apply(_dataset("tumours"), training_job("model", "tumours", retrain=retrain))
    yard.until(
        "a missing ConfigMap is said to be missing",
        lambda now: now.condition("Dataset", "tumours", "Reconciling").reason == "SourceNotFound",
    )
    _files(yard, "tumours", 300)
    first = yard.until("a first version is current", lambda now: now.current("model") != {})

    _files(yard, "tumours", 500)
    _refresh(yard, "tumours", "more")
    yard.until("more rows start a run", lambda now: len(now.runs("model")) == 2)
    yard.stop()
    yard.start()
    ended = yard.until(
        "the run ends after the operator's end",
        lambda now: now.current("model") not in ({}, first.current("model")),
    )
    runs = ended.runs("model")
    assert [run_["cause"]["kind"] for run_ in runs] == ["NewData", "FirstRun"]
    assert [run_["phase"] for run_ in runs] == ["Succeeded", "Succeeded"]
    assert len([name for kind, name in ended.objects if kind == "ModelVersion"]) == 2
    assert float(runs[0]["metrics"]["roc_auc"]) > 0.8

    before = _versions(yard)
    time.sleep(10)
    assert before == _versions(yard)


def test_poisoned_rows_are_refused_by_column_and_row(yard: ModelYard) -> None:
    """The last good version stays Ready; the condition has check, column, count and examples."""
    _files(yard, "poison", 200)
    yard.apply(_dataset("poison", columns=COLUMNS))
    yard.until(
        "good rows are a version",
        lambda now: now.condition("Dataset", "poison", "Ready").status == "True",
    )
    _files(yard, "poison", 200, poisoned=5)
    _refresh(yard, "poison", "poison")
    refused = yard.until(
        "poisoned rows are refused",
        lambda now: now.condition("Dataset", "poison", "DataValid").reason == "DataRefused",
    )
    ready = refused.condition("Dataset", "poison", "Ready")
    assert (ready.status, ready.reason) == ("True", "VersionFound")
    assert refused.condition("Dataset", "poison", "DataValid").status == "False"
    (failure,) = refused.status("Dataset", "poison")["lastRefresh"]["failures"]
    assert (failure["check"], failure["column"], failure["count"]) == ("Range", "mean radius", 5)
    assert len(failure["examples"]) == 3


def test_a_wrong_parameter_is_a_condition(yard: ModelYard) -> None:
    """One Job, one message, no crash loop."""
    _files(yard, "wrong", 200)
    recipe = {"class": "sklearn.linear_model.LogisticRegression", "parameters": {"depth": 3}}
    yard.apply(_dataset("wrong"), training_job("wrong-model", "wrong", estimator=recipe))
    stalled = yard.until(
        "the recipe is said to be wrong",
        lambda now: (
            now.condition("TrainingJob", "wrong-model", "Stalled").reason == "RecipeInvalid"
        ),
    )
    (failed,) = stalled.runs("wrong-model")
    assert (failed["fault"], failed["reason"]) == ("User", "ParameterInvalid")
    assert "depth" in failed["message"]


TRAINER = """
import json, os
import pandas as pd
import skops.io
from sklearn.linear_model import LogisticRegression
frame = pd.read_parquet(os.environ["TRAINYARD_DATA"] + "/train.parquet")
target = os.environ["TRAINYARD_TARGET"]
assert not os.path.exists("/trainyard/answers"), "answers are in sight"
assert not [n for n in os.environ if "STORE" in n or "AWS" in n], "credentials are in sight"
model = LogisticRegression(C=float(os.environ["TRAINYARD_PARAMETER_STRENGTH"]), max_iter=500)
model.fit(frame.drop(columns=[target]), frame[target])
skops.io.dump(model, os.environ["TRAINYARD_OUTPUT"] + "/model.skops")
json.dump({"own_metric": 3}, open(os.environ["TRAINYARD_OUTPUT"] + "/metrics.json", "w"))
"""


def test_a_users_container_trains(yard: ModelYard) -> None:
    """It sees the train rows, its parameters and neither credentials nor answers; its own metric
    is recorded, and a tag instead of a digest is a warning.
    """
    container = {
        "image": "docker.io/trainyard/training:dev",
        "command": ["python", "-c", TRAINER],
        "env": [{"name": "STRENGTH", "value": "0.5"}],
    }
    gate = {"name": "own", "metric": "own_metric", "min": "3"}
    _files(yard, "own", 300)
    job = training_job("own-model", "own", container=container, gates=[gate])
    yard.apply(_dataset("own"), job)
    accepted = yard.until(
        "the container's model is accepted", lambda now: now.current("own-model") != {}
    )
    (run_,) = accepted.runs("own-model")
    assert run_["metrics"]["own_metric"] == "3"
    assert float(run_["metrics"]["roc_auc"]) > 0.8
    assert accepted.condition("TrainingJob", "own-model", "ImageNotPinned").status == "True"


def test_an_imported_model_passes_the_same_gates(yard: ModelYard) -> None:
    """A file from elsewhere becomes a ModelVersion; a file with another digest is refused."""
    model = onnx_model()
    yard.apply(in_config_map(model))
    _files(yard, "import", 300)
    yard.apply(_dataset("import"))
    for name, digest in (("good-import", digest_of(model)), ("bad-import", f"sha256:{'0' * 64}")):
        yard.apply(importing(name, "import", digest))
    yard.until("the imported model is accepted", lambda now: now.current("good-import") != {})
    refused = yard.until(
        "another digest is refused",
        lambda now: now.condition("TrainingJob", "bad-import", "Stalled").status == "True",
    )
    (run_,) = refused.runs("bad-import")
    assert run_["reason"] == "DigestMismatch"


def _versions(yard: ModelYard) -> dict[str, str]:
    """Return the resource versions of the flow's objects: a settled system writes nothing."""
    kinds = "datasets,trainingjobs,modelversions,jobs"
    found = json.loads(yard.kubectl("get", kinds, "-o", "json"))["items"]
    return {f"{o['kind']}/{o['metadata']['name']}": o["metadata"]["resourceVersion"] for o in found}
