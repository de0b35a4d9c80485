"""What a run achieved: whole runs through all four containers."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import training_pod
from sklearn import metrics
from training_pod import NO_DIGEST, RESULT, VERBS, Pod, estimator, store_dataset, train_task
from training_runs import BOOSTING, FOREST, LINEAR, run, stored_result

from modelbundle.loading import RuntimeName, load_runtime
from modelbundle.packing import verify
from modelbundle.rows import rows_of_frame


def test_result(pod: Pod) -> None:
    """The result names bundle, dataset, task, metrics and rows, in pod and store alike."""
    table = training_pod.tumours()
    ended = run(pod, table, LINEAR)
    found = ended.document
    assert 0 == ended.code
    assert stored_result(pod) == found
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
    found = run(pod, table, recipe).document
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
    found = run(pod, table, estimator("linear_model.Ridge")).document
    manifest = verify(pod.bundle(found["bundle"]), found["bundle"])
    test = table.frame.iloc[-found["testRows"] :]
    runtime = load_runtime(pod.bundle(found["bundle"]), manifest, RuntimeName.SKLEARN)
    answers = runtime.predict(rows_of_frame(test, manifest.signature.features)).values
    mae = metrics.mean_absolute_error(test["progression"], answers)
    assert "Regression" == found["task"]
    assert pytest.approx(mae, rel=1e-5) == float(found["metrics"]["mae"])
    names = {"rmse", "mae", "mape", "r2", "median_absolute_error", "max_error"}
    assert names == set(found["metrics"])


def test_beside_the_digest(pod: Pod) -> None:
    """Metrics and the choice of runtime lie beside the bundle, outside its digest."""
    found = run(pod, training_pod.wines(), LINEAR).document
    about = pod.bundle(found["bundle"]) / "about"
    stored = json.loads((about / "metrics.json").read_text())
    runtimes = json.loads((about / "runtimes.json").read_text())
    assert {"dataset": found["dataset"], "metrics": found["metrics"]} == stored
    assert found["serves"] == runtimes["serve"]
    assert {"serve", "why", "verified", "timings"} == set(runtimes)


def test_champion(pod: Pod) -> None:
    """The champion is graded on the same rows as the candidate."""
    first = run(pod, training_pod.wines(), LINEAR).document
    champion = {"digest": first["bundle"]}
    found = run(pod, training_pod.wines(), FOREST, champion=champion).document
    expected = {"bundle": first["bundle"], "metrics": first["metrics"]}
    assert expected == found["champion"]
    assert first["bundle"] != found["bundle"]


@pytest.mark.parametrize("case", ["another task", "gone", "damaged"])
def test_a_champion_that_cannot_be_compared(pod: Pod, case: str) -> None:
    """The candidate is published all the same, with the reason in the champion's place."""
    first = run(pod, training_pod.diabetes(), estimator("linear_model.Ridge")).document
    table = training_pod.diabetes() if case == "damaged" else training_pod.wines()
    recipe = estimator("linear_model.Lasso") if case == "damaged" else LINEAR
    digest = NO_DIGEST if case == "gone" else first["bundle"]
    if case == "damaged":
        (pod.bundle(digest) / "model.onnx").write_bytes(b"flipped")
    ended = run(pod, table, recipe, champion={"digest": digest})
    words = {"another task": "is a Regression", "gone": "no bundle", "damaged": "model.onnx"}
    assert (0, "Succeeded") == (ended.code, ended.document["outcome"])
    assert digest == ended.document["champion"]["bundle"]
    assert words[case] in stored_result(pod)["champion"]["error"]


def test_evaluate(pod: Pod) -> None:
    """A published bundle is graded again with the champion, and nothing new is published."""
    table = training_pod.wines()
    first = run(pod, table, LINEAR).document
    second = run(pod, table, FOREST).document
    before = sorted(path for path in (pod.store / "models").rglob("*"))
    (pod.store / RESULT).unlink()
    pod.empty()
    task = train_task(
        first["dataset"],
        "cultivar",
        {},
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


MEASURES = [
    {"kind": "Size", "key": "Size"},
    {"kind": "Latency", "key": "Latency:1:99", "rows": 1, "percentile": 99},
    {
        "kind": "Slice",
        "key": "by region",
        "metric": "accuracy",
        "column": "region",
        "side": "Lowest",
        "minRows": 20,
    },
    {
        "kind": "Slice",
        "key": "by colour",
        "metric": "accuracy",
        "column": "colour",
        "side": "Lowest",
        "minRows": 20,
    },
    {"kind": "Behaviour", "key": "Behaviour:none", "configMap": "none"},
    {"kind": "Paired", "key": "Paired:accuracy:95", "metric": "accuracy", "confidencePercent": 95},
]


def test_what_gates_ask_for_is_measured(pod: Pod) -> None:
    """By slices that user code never sees, and by features; a run and an evaluation say the same,
    apart from the time that calls take.
    """
    table = training_pod.mixed()
    first = run(pod, table, LINEAR).document
    champion = {"digest": first["bundle"]}
    trained = run(pod, table, FOREST, champion=champion, measures=MEASURES).document
    candidate = {"digest": trained["bundle"]}
    asked = {"champion": champion, "candidate": candidate, "measures": MEASURES}
    task = train_task(trained["dataset"], table.target, {}, **asked)
    pod.empty()
    *_, ended = [pod.run(verb, task) for verb in ("fetch", "predict", "publish")]
    again = ended.document
    found = trained["measures"]
    assert {"Size", "Latency:1:99", "by region", "by colour", "Behaviour:none"} == set(found)
    assert "ConfigMap none is not there" in found["Behaviour:none"]["why"]
    assert found["by region"]["of"] in {"north", "south"}
    assert found["by colour"]["of"] in {"pale", "ruby", "deep", "(missing)"}
    files = [path for path in pod.bundle(trained["bundle"]).iterdir() if path.is_file()]
    assert str(sum(path.stat().st_size for path in files)) == found["Size"]["value"]
    assert float(found["Latency:1:99"]["value"]) > 0
    assert 100 == trained["champion"]["measures"]["Paired:accuracy:95"]["rows"]
    for side in (found, again["measures"]):
        del side["Latency:1:99"]
    assert (found, trained["champion"]) == (again["measures"], again["champion"])
