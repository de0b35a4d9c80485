"""The examples of containers that train, run with the variables that the operator gives them.

PyTorch is in no environment here: `tests/examples` builds that image and runs it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import metadata
from string import Template

import pytest
import training_pod
import yaml
from builders_training import a_training_job, an_installation
from training_pod import ROOT, Ended, Pod, Table, store_dataset, train_task

from modelbundle.loading import chosen_runtime
from modelbundle.packing import verify
from trainyard.api.pod_settings import PodSettings
from trainyard.api.v1alpha1.recipe import TrainingContainer
from trainyard.jobs.job_manifest import Work
from trainyard.jobs.training_pod import Training, training_job_manifest

BUILT_WITH = {"REVISION": "0f3c9a1", "SOURCE": "https://git.example.org/train", "DIRTY": "1"}
"""The arguments of the build."""
EXAMPLES = ROOT / "examples" / "own-container"
NAMES = ("lightgbm", "scikit-learn", "own-code", "pytorch")
INSTALLED = NAMES[:3]
"""Their packages are in this environment, too."""


def _container(name: str) -> TrainingContainer:
    job = yaml.safe_load((EXAMPLES / name / "training-job.yaml").read_text(encoding="utf-8"))
    return TrainingContainer.model_validate(job["spec"]["container"])


def _variables(pod: Pod, target: str, name: str) -> dict[str, str]:
    """What the operator gives the container, its folders being those of the pod."""
    work = Work(a_training_job(), "model-0123456789", an_installation(), PodSettings(), 60)
    document = {"seed": 7, "run": "run-1", "target": target}
    manifest = training_job_manifest(work, Training(document, container=_container(name)))
    train = manifest["spec"]["template"]["spec"]["initContainers"][1]
    return {v["name"]: v["value"].replace("/trainyard", str(pod.mount), 1) for v in train["env"]}


def _of_the_image(name: str) -> dict[str, str]:
    """The variables that the Dockerfile sets, the path of its programs left out."""
    text = (EXAMPLES / name / "Dockerfile").read_text("utf-8")
    lines = re.findall(r"^ENV (?!PATH=)(.*)$", text, re.MULTILINE)
    pairs = [pair.split("=", 1) for line in lines for pair in line.split()]
    return {name: Template(value).substitute(BUILT_WITH) for name, value in pairs}


def _train(
    pod: Pod, table: Table, name: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, object]]:
    """The example as a process of its own, with nothing of this one but its packages."""
    trust = "Pickle" if name == "own-code" else None
    recipe = {"container": {"image": _container(name).image}, "trust": trust}
    task = train_task(store_dataset(pod.store, table), table.target, recipe)
    pod.empty()
    assert 0 == pod.run("fetch", task).code
    environment = {
        **_of_the_image(name),
        "PATH": os.environ["PATH"],
        "HOME": str(pod.root),
        **_variables(pod, table.target, name),
    }
    command = [
        sys.executable,
        "-W",
        "error::DeprecationWarning:__main__",
        str(EXAMPLES / name / "train.py"),
    ]
    done = subprocess.run(
        command, env=environment, cwd=pod.root, check=False, capture_output=True, text=True
    )
    return done, task


@pytest.mark.parametrize(
    ("name", "says", "own"),
    [
        ("lightgbm", r"^\d+ trees, 0\.\d+ per case", {"cost_per_case"}),
        ("scikit-learn", r"^100 trees on \d+ rows, 30 columns and 1 ratios", set()),
    ],
)
def test_it_keeps_the_contract(pod: Pod, name: str, says: str, own: set[str]) -> None:
    """Its model is graded and served as ONNX, metrics of its own beside ours; the same bytes
    twice.
    """
    models = set()
    for _ in range(2):
        done, task = _train(pod, training_pod.tumours(), name)
        assert 0 == done.returncode, done.stderr
        models.add((pod.mount / "output" / "model.onnx").read_bytes())
    assert 1 == len(models)
    assert re.search(says, done.stdout)
    ended = Ended(0, {})
    for verb in ("predict", "publish"):
        ended = pod.run(verb, task)
        assert 0 == ended.code, ended.document
    assert own == set(ended.document.get("ownMetrics", {}))
    assert float(ended.document["metrics"]["accuracy"]) > 0.9
    if name == "lightgbm":
        code = {"revision": "0f3c9a1", "source": BUILT_WITH["SOURCE"], "dirty": True}
        assert code == ended.document["code"]
    folder = pod.bundle(ended.document["bundle"])
    assert "onnx" == chosen_runtime(folder, verify(folder, ended.document["bundle"]))


def test_its_code_travels(pod: Pod) -> None:
    """A pickle with a module of its own is graded, and packed with it; the same bytes twice.

    This process never had that module: it came from the folder that training left.
    """
    models = set()
    for _ in range(2):
        done, task = _train(pod, training_pod.tumours(), "own-code")
        assert 0 == done.returncode, done.stderr
        models.add((pod.mount / "output" / "model.joblib").read_bytes())
    assert 1 == len(models)
    ended = [pod.run_process(verb, task) for verb in ("predict", "publish")]
    assert [0, 0] == [e.code for e in ended], ended
    document = ended[-1].document
    assert float(document["metrics"]["accuracy"]) > 0.9
    text = (EXAMPLES / "own-code" / "rare_rows.py").read_text(encoding="utf-8")
    packed = {"modules": ["rare_rows"], "files": 1, "bytes": len(text.encode())}
    assert ("Pickle", packed, "sklearn") == (
        document["trust"],
        document["packedCode"],
        document["serves"],
    )
    folder = pod.bundle(document["bundle"])
    assert {"rare_rows.py": len(text)} == verify(folder, document["bundle"]).code
    assert text == (folder / "code" / "rare_rows.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", INSTALLED)
def test_what_it_cannot_learn_from_is_the_users_fault(pod: Pod, name: str) -> None:
    """Texts end it with a sentence and a code that is never tried again."""
    done, _ = _train(pod, training_pod.mixed(60), name)
    assert 10 == done.returncode
    assert "takes numbers; give colour the role Ignore" in done.stdout


@pytest.mark.parametrize("name", INSTALLED)
def test_its_packages_are_those_that_are_tested(name: str) -> None:
    """The image installs the versions that ran here."""
    lines = (EXAMPLES / name / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines == [f"{each}=={metadata.version(each)}" for each in _named(lines)]


def _named(lines: list[str]) -> list[str]:
    return [line.split("==")[0] for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_the_dockerfile_starts_it(name: str) -> None:
    """It copies what is there, and what it copies is what it starts."""
    folder = EXAMPLES / name
    text = (folder / "Dockerfile").read_text(encoding="utf-8")
    copied = dict(re.findall(r"^COPY (.+) (\S+)$", text, re.MULTILINE))
    files = [file for files in copied for file in files.split()]
    assert {"train.py", "requirements.txt"} <= set(files)
    assert all((folder / file).is_file() for file in files)
    assert 'ENTRYPOINT ["python", "/app/train.py"]' in text
    assert "pip install --no-cache-dir -r /tmp/requirements.txt" in text
