"""The example of a container that trains, run with the variables that the operator gives it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from string import Template

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
EXAMPLE = ROOT / "examples" / "own-container"


def _container() -> TrainingContainer:
    job = yaml.safe_load((EXAMPLE / "training-job.yaml").read_text(encoding="utf-8"))
    return TrainingContainer.model_validate(job["spec"]["container"])


def _variables(pod: Pod, target: str) -> dict[str, str]:
    """What the operator gives the container, its folders being those of the pod."""
    work = Work(a_training_job(), "model-0123456789", an_installation(), PodSettings(), 60)
    document = {"seed": 7, "run": "run-1", "target": target}
    manifest = training_job_manifest(work, Training(document, container=_container()))
    train = manifest["spec"]["template"]["spec"]["initContainers"][1]
    return {v["name"]: v["value"].replace("/trainyard", str(pod.mount), 1) for v in train["env"]}


def _of_the_image() -> dict[str, str]:
    """The variables that the Dockerfile sets."""
    lines = re.findall(r"^ENV (.*)$", (EXAMPLE / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    pairs = [pair.split("=", 1) for line in lines for pair in line.split()]
    return {name: Template(value).substitute(BUILT_WITH) for name, value in pairs}


def _train(pod: Pod, table: Table) -> tuple[subprocess.CompletedProcess[str], dict[str, object]]:
    """The example as a process of its own, with nothing of this one but its packages."""
    recipe = {"container": {"image": _container().image}}
    task = train_task(store_dataset(pod.store, table), table.target, recipe)
    pod.empty()
    assert 0 == pod.run("fetch", task).code
    environment = {
        **_of_the_image(),
        "PATH": os.environ["PATH"],
        "HOME": str(pod.root),
        **_variables(pod, table.target),
    }
    command = [
        sys.executable,
        "-W",
        "error::DeprecationWarning:__main__",
        str(EXAMPLE / "train.py"),
    ]
    done = subprocess.run(
        command, env=environment, cwd=pod.root, check=False, capture_output=True, text=True
    )
    return done, task


def test_it_keeps_the_contract(pod: Pod) -> None:
    """Its model is graded and served as ONNX, its own metric beside ours; the same bytes twice."""
    models = set()
    for _ in range(2):
        done, task = _train(pod, training_pod.tumours())
        assert 0 == done.returncode, done.stderr
        models.add((pod.mount / "output" / "model.onnx").read_bytes())
    assert 1 == len(models)
    assert re.search(r"^\d+ trees, 0\.\d+ per case", done.stdout)
    ended = Ended(0, {})
    for verb in ("predict", "publish"):
        ended = pod.run(verb, task)
        assert 0 == ended.code, ended.document
    assert {"cost_per_case"} == set(ended.document["ownMetrics"])
    assert float(ended.document["metrics"]["accuracy"]) > 0.9
    code = {"revision": "0f3c9a1", "source": BUILT_WITH["SOURCE"], "dirty": True}
    assert code == ended.document["code"]
    folder = pod.bundle(ended.document["bundle"])
    assert "onnx" == chosen_runtime(folder, verify(folder, ended.document["bundle"]))


def test_what_it_cannot_learn_from_is_the_users_fault(pod: Pod) -> None:
    """Texts end it with a sentence and a code that is never tried again."""
    done, _ = _train(pod, training_pod.mixed(60))
    assert 10 == done.returncode
    assert "takes numbers; give colour the role Ignore" in done.stdout


def test_its_packages_are_those_that_are_tested() -> None:
    """The image installs the versions that ran here."""
    lines = (EXAMPLE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines == [f"{name}=={metadata.version(name)}" for name in _named(lines)]
    imported = set(
        re.findall(r"^(?:import|from) (\w+)", (EXAMPLE / "train.py").read_text(), re.MULTILINE)
    )
    assert {"lightgbm", "onnxmltools", "pandas"} <= imported


def _named(lines: list[str]) -> list[str]:
    return [line.split("==")[0] for line in lines]


def test_the_dockerfile_starts_it() -> None:
    """It copies what is there, and what it copies is what it starts."""
    text = (EXAMPLE / "Dockerfile").read_text(encoding="utf-8")
    copied = dict(re.findall(r"^COPY (\S+) (\S+)$", text, re.MULTILINE))
    assert all((EXAMPLE / name).is_file() for name in copied)
    assert f'ENTRYPOINT ["python", "{copied["train.py"]}"]' in text
    assert Path(copied["requirements.txt"]).name in text.split("pip install", 1)[1]
