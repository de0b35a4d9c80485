"""What a run achieved: whole runs through all four containers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import training_pod
from skl2onnx import to_onnx
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from training_pod import NO_DIGEST, RESULT, VERBS, Ended, Pod, estimator, store_dataset, train_task

from modelbundle.canonical import digest_of
from modelbundle.loading import RuntimeName, load_runtime
from modelbundle.packing import verify
from modelbundle.rows import rows_of_frame

LINEAR = estimator("linear_model.LogisticRegression", max_iter=2000)
FOREST = estimator("ensemble.RandomForestClassifier", n_estimators=12)
BOOSTING = estimator("ensemble.HistGradientBoostingClassifier", max_iter=8)
OWN = {"container": {"image": "own@sha256:0"}}


class Malicious:
    """A pickle that touches a file when it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    """A pod with an empty store."""
    return Pod(tmp_path)


def _run(pod: Pod, table: training_pod.Table, recipe: dict[str, Any], **more: Any) -> Ended:
    (pod.store / RESULT).unlink(missing_ok=True)
    digest = store_dataset(pod.store, table)
    return pod.run_all(train_task(digest, table.target, recipe, **more))


def _stored_result(pod: Pod) -> Any:
    return json.loads((pod.store / RESULT).read_text())


def test_result(pod: Pod) -> None:
    """The result names bundle, dataset, task, metrics and rows, in pod and store alike."""
    table = training_pod.tumours()
    ended = _run(pod, table, LINEAR)
    found = ended.document
    assert 0 == ended.code
    assert _stored_result(pod) == found
    assert ("train", "Succeeded", "Classification", None, 427, 142) == (
        found["verb"],
        found["outcome"],
        found["task"],
        found["champion"],
        found["trainRows"],
        found["testRows"],
    )
    assert store_dataset(pod.store, table) == found["dataset"]
    assert set(found["libraries"]) >= {"python", "scikit-learn", "onnxruntime"}


@pytest.mark.parametrize(
    ("table", "recipe"),
    [
        pytest.param(training_pod.tumours(), LINEAR, id="two text labels"),
        pytest.param(training_pod.wines(), FOREST, id="three integer labels"),
        pytest.param(training_pod.mixed(), LINEAR, id="texts, booleans, weights and holes"),
        pytest.param(training_pod.tumours(), BOOSTING, id="a model that does not convert"),
    ],
)
def test_the_bundle_earns_its_metrics(
    pod: Pod, table: training_pod.Table, recipe: dict[str, Any]
) -> None:
    """Whichever runtime serves the bundle, it reaches the published accuracy on the test rows."""
    found = _run(pod, table, recipe).document
    folder = pod.bundle(found["bundle"])
    manifest = verify(folder, found["bundle"])
    test = table.frame.iloc[-found["testRows"] :]
    weights = test["weight"].astype(float) if "weight" in test else None
    asked = rows_of_frame(test, manifest.signature.features)
    for name in RuntimeName:
        if name is RuntimeName.ONNX and "onnx" not in manifest.formats:
            continue
        answers = load_runtime(folder, manifest, name).predict(asked).values.tolist()
        accuracy = metrics.accuracy_score(
            test[table.target].tolist(), answers, sample_weight=weights
        )
        assert float(found["metrics"]["accuracy"]) == pytest.approx(accuracy, abs=1e-5)


def test_regression(pod: Pod) -> None:
    """A regression is graded with its own metrics, computed on the test rows."""
    table = training_pod.diabetes()
    found = _run(pod, table, estimator("linear_model.Ridge")).document
    manifest = verify(pod.bundle(found["bundle"]), found["bundle"])
    test = table.frame.iloc[-found["testRows"] :]
    runtime = load_runtime(pod.bundle(found["bundle"]), manifest, RuntimeName.SKLEARN)
    answers = runtime.predict(rows_of_frame(test, manifest.signature.features)).values
    mae = metrics.mean_absolute_error(test["progression"], answers)
    assert "Regression" == found["task"]
    assert pytest.approx(mae, rel=1e-5) == float(found["metrics"]["mae"])
    names = {"rmse", "mae", "mape", "r2", "median_absolute_error", "max_error"}
    assert names == set(found["metrics"])


CASES = {
    "a linear model": (training_pod.tumours, LINEAR),
    "a forest": (training_pod.tumours, FOREST),
    "boosting": (training_pod.tumours, BOOSTING),
    "a pipeline with categories": (training_pod.mixed, FOREST),
}
SCRIPT = """
import json, sys
from pathlib import Path
from test_publish import CASES
from training_pod import Pod, store_dataset, train_task
for name in sys.argv[2:]:
    pod = Pod(Path(sys.argv[1]) / name)
    read, recipe = CASES[name]
    table = read()
    ended = pod.run_all(train_task(store_dataset(pod.store, table), table.target, recipe))
    print(json.dumps([name, ended.document["bundle"]]), file=sys.stderr)
"""


def _bundles(folder: Path, names: list[str]) -> dict[str, str]:
    """The bundle digest of each case, trained in one new process in this order."""
    folders = ("training-image", "serving-image", "tests", "tests/training")
    path = os.pathsep.join(str(training_pod.ROOT / name) for name in folders)
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, str(folder), *names]
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(line) for line in done.stderr.splitlines() if line.startswith("["))


def test_training_twice_gives_the_same_digest(tmp_path: Path) -> None:
    """Two processes with other hash seeds, addresses and histories publish the same bundles."""
    names = list(CASES)
    first = _bundles(tmp_path / "first", names)
    second = _bundles(tmp_path / "second", names[::-1])
    assert set(names) == set(first)
    assert first == second


def test_containers_are_processes(pod: Pod) -> None:
    """`python -m trainer <verb>` four times is a run."""
    task = train_task(store_dataset(pod.store, training_pod.wines()), "cultivar", LINEAR)
    ended = [pod.run_process(verb, task) for verb in VERBS]
    assert [0] * 4 == [each.code for each in ended]
    assert "Succeeded" == ended[-1].document["outcome"]


def test_beside_the_digest(pod: Pod) -> None:
    """Metrics and the choice of runtime lie beside the bundle, outside its digest."""
    found = _run(pod, training_pod.wines(), LINEAR).document
    about = pod.bundle(found["bundle"]) / "about"
    stored = json.loads((about / "metrics.json").read_text())
    runtimes = json.loads((about / "runtimes.json").read_text())
    assert {"dataset": found["dataset"], "metrics": found["metrics"]} == stored
    assert found["serves"] == runtimes["serve"]
    assert {"serve", "why", "verified", "timings"} == set(runtimes)


def test_champion(pod: Pod) -> None:
    """The champion is graded on the same rows as the candidate."""
    first = _run(pod, training_pod.wines(), LINEAR).document
    champion = {"digest": first["bundle"]}
    found = _run(pod, training_pod.wines(), FOREST, champion=champion).document
    expected = {"bundle": first["bundle"], "metrics": first["metrics"]}
    assert expected == found["champion"]
    assert first["bundle"] != found["bundle"]


@pytest.mark.parametrize("case", ["another task", "gone", "damaged"])
def test_a_champion_that_cannot_be_compared(pod: Pod, case: str) -> None:
    """The candidate is published all the same, with the reason in the champion's place."""
    first = _run(pod, training_pod.diabetes(), estimator("linear_model.Ridge")).document
    table = training_pod.diabetes() if case == "damaged" else training_pod.wines()
    recipe = estimator("linear_model.Lasso") if case == "damaged" else LINEAR
    digest = NO_DIGEST if case == "gone" else first["bundle"]
    if case == "damaged":
        (pod.bundle(digest) / "model.onnx").write_bytes(b"flipped")
    ended = _run(pod, table, recipe, champion={"digest": digest})
    words = {"another task": "is a Regression", "gone": "no bundle", "damaged": "model.onnx"}
    assert (0, "Succeeded") == (ended.code, ended.document["outcome"])
    assert digest == ended.document["champion"]["bundle"]
    assert words[case] in _stored_result(pod)["champion"]["error"]


def test_evaluate(pod: Pod) -> None:
    """A published bundle is graded again with the champion, and nothing new is published."""
    table = training_pod.wines()
    first = _run(pod, table, LINEAR).document
    second = _run(pod, table, FOREST).document
    before = sorted(path for path in (pod.store / "models").rglob("*"))
    (pod.store / RESULT).unlink()
    pod.empty()
    task = train_task(
        first["dataset"],
        "cultivar",
        LINEAR,
        candidate={"digest": first["bundle"]},
        champion={"digest": second["bundle"]},
    )
    ended = [pod.run(verb, task) for verb in ("fetch", "predict", "publish")]
    assert [0, 0, 0] == [each.code for each in ended]
    expected = {
        "verb": "evaluate",
        "outcome": "Succeeded",
        "bundle": first["bundle"],
        "dataset": first["dataset"],
        "task": "Classification",
        "metrics": first["metrics"],
        "champion": {"bundle": second["bundle"], "metrics": second["metrics"]},
    }
    assert expected == ended[-1].document
    assert before == sorted(path for path in (pod.store / "models").rglob("*"))


def test_a_result_is_written_once(pod: Pod) -> None:
    """A second `publish` of the same run reports what the first one stored."""
    digest = store_dataset(pod.store, training_pod.wines())
    task = train_task(digest, "cultivar", LINEAR)
    first = pod.run_all(task)
    other = {**task, "recipe": FOREST}
    assert first.document == pod.run_all(other).document


def _own(pod: Pod, leave: Any, **recipe: Any) -> list[Ended]:
    digest = store_dataset(pod.store, training_pod.wines())
    task = train_task(digest, "cultivar", {**OWN, **recipe})
    pod.run("fetch", task)
    frame = pq.read_table(pod.mount / "data" / "train.parquet").to_pandas()
    model = DecisionTreeClassifier(random_state=0)
    model.fit(frame.drop(columns="cultivar"), frame["cultivar"].to_numpy())
    leave(pod.mount / "output", model)
    return [pod.run(verb, task) for verb in ("predict", "publish")]


def test_a_containers_metrics(pod: Pod) -> None:
    """Its own metrics are kept under their names; it does not word its own accuracy."""

    def leave(folder: Path, model: Any) -> None:
        joblib.dump(model, folder / "model.joblib")
        (folder / "metrics.json").write_text('{"gini": 0.123456789, "accuracy": 1.5}')

    ended = _own(pod, leave, trust="Pickle")[-1]
    assert 0 == ended.code
    assert "0.123457" == ended.document["metrics"]["gini"]
    assert float(ended.document["metrics"]["accuracy"]) <= 1
    assert verify(pod.bundle(ended.document["bundle"]), ended.document["bundle"]).origin.trust


def test_metrics_that_do_not_fit_the_message(pod: Pod) -> None:
    """What would push digests out of the termination message is refused before publishing."""

    def leave(folder: Path, model: Any) -> None:
        joblib.dump(model, folder / "model.joblib")
        wordy = {f"{'a_metric_with_a_long_name':_<31}{number}": 0.123456 for number in range(8)}
        (folder / "metrics.json").write_text(json.dumps(wordy))

    ended = _own(pod, leave, trust="Pickle")[-1]
    assert (13, "MetricsInvalid") == (ended.code, ended.document["reason"])
    assert "write fewer metrics, or shorter names" in ended.document["message"]
    assert not (pod.store / "models").exists()


def test_publish_never_unpickles(pod: Pod) -> None:
    """A pickle that appears after `predict` is refused without trust, and with it only copied."""
    mark = pod.root / "mark"

    def replace(folder: Path, model: Any) -> None:
        joblib.dump(model, folder / "model.joblib")

    for trust, code in (("Pickle", 0), (None, 13)):
        _own(pod, replace, trust="Pickle")
        joblib.dump(Malicious(mark), pod.mount / "output" / "model.joblib")
        digest = store_dataset(pod.store, training_pod.wines())
        recipe = {**OWN, "trust": trust}
        (pod.store / RESULT).unlink(missing_ok=True)
        ended = pod.run_process("publish", train_task(digest, "cultivar", recipe))
        assert (code, False) == (ended.code, mark.exists())
    joblib.load(pod.mount / "output" / "model.joblib")
    assert mark.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda table: table.slice(1), "do not answer 44 test rows", id="a row less"),
        pytest.param(
            lambda table: table.set_column(0, "answer", pa.array([9] * 44)),
            "none of its classes",
            id="a class of its own",
        ),
        pytest.param(
            lambda table: table.set_column(1, "probability_0", pa.array([float("nan")] * 44)),
            "not finite",
            id="probabilities that are no numbers",
        ),
    ],
)
def test_predictions_that_cannot_be_graded(pod: Pod, change: Any, words: str) -> None:
    """Predictions that do not answer each row once are exit 13, and nothing is published."""
    digest = store_dataset(pod.store, training_pod.wines())
    task = train_task(digest, "cultivar", LINEAR)
    pod.run_all(task, VERBS[:3])
    path = pod.mount / "predictions" / "candidate.parquet"
    pq.write_table(change(pq.read_table(path)), path)
    ended = pod.run("publish", task)
    assert (13, "PredictionsInvalid") == (ended.code, ended.document["reason"])
    assert words in ended.document["message"]
    assert not (pod.store / "models").exists()


def test_an_import(pod: Pod) -> None:
    """An imported ONNX model skips training and passes the same grading."""
    table = training_pod.wines()
    train = table.frame.iloc[:134]
    model = LogisticRegression(max_iter=3000).fit(
        train.drop(columns="cultivar").to_numpy(), train["cultivar"].to_numpy()
    )
    content = to_onnx(model, np.ones((1, 13), dtype=np.float32)).SerializeToString()
    (pod.store / "imports").mkdir(parents=True)
    (pod.store / "imports" / "wine.onnx").write_bytes(content)
    source = {"kind": "store", "path": "imports/wine.onnx"}
    wanted = {"source": source, "format": "Onnx", "digest": digest_of(content)}
    task = train_task(store_dataset(pod.store, table), "cultivar", {"import": wanted})
    ended = pod.run_all(task, ("fetch", "predict", "publish"))
    asked = table.frame.iloc[134:].drop(columns="cultivar").to_numpy(dtype=np.float32)
    accuracy = metrics.accuracy_score(table.frame["cultivar"].iloc[134:], model.predict(asked))
    assert (0, "onnx") == (ended.code, ended.document["serves"])
    assert float(ended.document["metrics"]["accuracy"]) == pytest.approx(accuracy, abs=1e-5)
    assert ("onnx",) == verify(
        pod.bundle(ended.document["bundle"]), ended.document["bundle"]
    ).formats


def test_from_a_csv_to_a_bundle(pod: Pod) -> None:
    """What `ingest` publishes is what the training pod reads, texts and holes included."""
    source = pod.root / "source"
    source.mkdir()
    training_pod.mixed(300).frame.to_csv(source / "wine.csv", index=False)
    asked = {
        "version": 1,
        "dataset": "wine",
        "source": {"kind": "files", "root": str(source), "path": "*.csv"},
        "target": "cultivar",
        "checks": {"targetLeakage": "Warn"},
        "now": "2026-11-21T09:00:00Z",
    }
    ingested = pod.run("ingest", asked).document
    (pod.store / RESULT).unlink()
    found = pod.run_all(train_task(ingested["digest"], "cultivar", LINEAR)).document
    assert (ingested["trainRows"], ingested["testRows"]) == (found["trainRows"], found["testRows"])
    manifest = verify(pod.bundle(found["bundle"]), found["bundle"])
    kinds = {feature.name: str(feature.kind) for feature in manifest.signature.features}
    expected = {"alcohol": "Float", "proline": "Integer", "strong": "Boolean", "colour": "Category"}
    assert expected.items() <= kinds.items()
