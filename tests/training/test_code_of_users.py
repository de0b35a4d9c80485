"""Models with code of their maker: from what training left to what is in the store.

Proves: training-image/trainer/predict.py, training-image/trainer/publish.py
Proves: training-image/trainer/recipes/importing.py
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import training_pod
from models_with_code import leave_always, write_code
from training_pod import RESULT, Ended, Pod, store_dataset, train_task

from modelbundle.canonical import digest_of
from modelbundle.packing import verify

OWN = {"container": {"image": "own@sha256:0"}, "trust": "Pickle"}
WINES = training_pod.wines().frame
TABLE, CULTIVARS = WINES.drop(columns="cultivar"), WINES["cultivar"]


def _task(pod: Pod, recipe: dict[str, Any], **more: Any) -> dict[str, Any]:
    return train_task(store_dataset(pod.store, training_pod.wines()), "cultivar", recipe, **more)


def _trained(pod: Pod, which: int, **more: Any) -> Ended:
    """A container left a model that says the class of this position; it is graded and packed."""
    pod.empty()
    (pod.store / RESULT).unlink(missing_ok=True)
    task = _task(pod, OWN, **more)
    assert 0 == pod.run("fetch", task).code
    leave_always(pod.mount / "output", TABLE, CULTIVARS, which)
    for verb in ("predict", "publish"):
        ended = pod.run(verb, task)
        assert 0 == ended.code, ended.document
    return ended


def _share(which: int) -> float:
    """How many of the test rows are of this class."""
    return float((CULTIVARS.iloc[134:] == which).mean())


def test_code_is_graded_packed_and_told(pod: Pod) -> None:
    """The result names modules, files and bytes; the bundle holds them under its digest."""
    document = _trained(pod, 1).document
    assert float(document["metrics"]["accuracy"]) == pytest.approx(_share(1), abs=1e-5)
    folder = pod.bundle(document["bundle"])
    sizes = verify(folder, document["bundle"]).code
    assert {"always.py", "which.txt"} == set(sizes)
    packed = {"modules": ["always"], "files": 2, "bytes": sum(sizes.values())}
    assert ("Pickle", packed) == (document["trust"], document["packedCode"])
    assert "sklearn" == document["serves"]
    runtimes = json.loads((folder / "about" / "runtimes.json").read_text())
    assert "not convertible" in json.dumps(runtimes)


def test_its_size_counts(pod: Pod) -> None:
    """A gate on bytes sees the code, too."""
    asked = [{"kind": "Size", "key": "Size"}]
    document = _trained(pod, 1, measures=asked).document
    folder = pod.bundle(document["bundle"])
    names = [*folder.iterdir(), *(folder / "code").iterdir()]
    expected = sum(path.stat().st_size for path in names if path.is_file())
    assert str(expected) == document["measures"]["Size"]["value"]


def test_candidate_and_champion_run_their_own_code(pod: Pod) -> None:
    """Modules of one name, in one process: each answers as it did alone."""
    champion = _trained(pod, 1).document
    candidate = _trained(pod, 0, champion={"digest": champion["bundle"]}).document
    found = candidate["champion"]["metrics"]["accuracy"]
    assert champion["metrics"]["accuracy"] == found
    assert float(candidate["metrics"]["accuracy"]) == pytest.approx(_share(0), abs=1e-5)
    (pod.store / RESULT).unlink()
    task = _task(
        pod,
        {},
        candidate={"digest": candidate["bundle"]},
        champion={"digest": champion["bundle"]},
    )
    again = pod.run_all(task, ("fetch", "predict", "publish")).document
    assert (candidate["metrics"], found) == (
        again["metrics"],
        again["champion"]["metrics"]["accuracy"],
    )


def test_publish_imports_nothing(pod: Pod) -> None:
    """It has the credentials; the code of a model is only copied there."""
    task = _task(pod, OWN)
    pod.run("fetch", task)
    leave_always(pod.mount / "output", TABLE, CULTIVARS, 1)
    assert 0 == pod.run_process("predict", task).code
    mark = pod.root / "mark"
    write_code(pod.mount / "output", {"always.py": f"open({str(mark)!r}, 'w').close()"})
    ended = pod.run_process("publish", task)
    assert (0, False) == (ended.code, mark.exists()), ended.document
    assert 12 != pod.run_process("predict", task).code
    assert mark.exists()


@pytest.mark.parametrize(
    ("name", "trust", "reason", "words"),
    [
        pytest.param("model.joblib", None, "ModelNotTrusted", "say trust: Pickle", id="no trust"),
        pytest.param("model.onnx", "Pickle", "CodeInvalid", "beside model.onnx", id="ONNX"),
        pytest.param("model.skops", "Pickle", "CodeInvalid", "beside model.skops", id="skops"),
    ],
)
def test_code_without_a_trusted_pickle(
    pod: Pod, name: str, trust: str | None, reason: str, words: str
) -> None:
    """Is refused before anything is loaded, by whoever asks and by whoever packs."""
    task = _task(pod, {**OWN, "trust": trust})
    pod.run("fetch", task)
    output = pod.mount / "output"
    leave_always(output, TABLE, CULTIVARS, 1)
    (output / "model.joblib").rename(output / name)
    ended = pod.run("predict", task)
    assert (13, reason) == (ended.code, ended.document["reason"])
    assert words in ended.document["message"]


def test_an_archive_is_imported_without_data(pod: Pod) -> None:
    """One file, one digest: model and code are served as they came."""
    leave_always(pod.root, TABLE, CULTIVARS, 2)
    archive = pod.store / "imports" / "always.zip"
    archive.parent.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as target:
        for path in ("model.joblib", "code/always.py", "code/which.txt"):
            target.write(pod.root / path, path)
    source = {"kind": "store", "path": "imports/always.zip"}
    wanted = {"source": source, "format": "Joblib", "digest": digest_of(archive.read_bytes())}
    task = {**_task(pod, {"import": wanted, "trust": "Pickle"}), "dataset": None}
    ended = pod.run_all(task, ("fetch", "predict", "publish"))
    assert (0, "sklearn") == (ended.code, ended.document.get("serves")), ended.document
    assert ["always"] == ended.document["packedCode"]["modules"]
    folder: Path = pod.bundle(ended.document["bundle"])
    assert {"always.py", "which.txt"} == set(verify(folder, ended.document["bundle"]).code)
    assert "2" in (folder / "example.json").read_text()
