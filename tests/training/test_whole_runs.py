"""Whole runs as processes: from rows to a bundle, and the same bundle again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import training_pod
from training_pod import RESULT, VERBS, Pod, store_dataset, train_task
from training_runs import BOOSTING, FOREST, LIGHTGBM, LINEAR, XGBOOST

from modelbundle.packing import verify

CASES = {
    "a linear model": (training_pod.tumours, LINEAR),
    "a forest": (training_pod.tumours, FOREST),
    "boosting": (training_pod.tumours, BOOSTING),
    "a pipeline with categories": (training_pod.mixed, FOREST),
    "LightGBM": (training_pod.mixed, LIGHTGBM),
    "XGBoost": (training_pod.mixed, XGBOOST),
}

SCRIPT = """
import json, sys
from pathlib import Path
from test_whole_runs import CASES
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
