"""How servers are started."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.serving import commands
from benchmarks.serving.environments import Requirements
from benchmarks.serving.workloads import Workload


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Requirements:
    """An environment that is there already."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    wanted = Requirements("some", ("some==1",))
    folder = tmp_path / "cache/trainyard/serving-peers/some"
    folder.mkdir(parents=True)
    (folder / ".installed").write_text(wanted.stamp)
    return wanted


@pytest.fixture
def packed(workload: Workload) -> Workload:
    """A workload with a model for peers."""
    workload.joblib_folder.mkdir()
    (workload.joblib_folder / "model.joblib").write_bytes(b"model")
    return workload


def test_ours_is_told_bundle_and_port(packed: Workload) -> None:
    """As in a pod: by the environment."""
    environ = commands.ours(packed).environ
    assert packed.digest == environ["TRAINYARD_BUNDLE_DIGEST"]
    assert "{port}" == environ["TRAINYARD_PORT"]


def test_a_script_runs_beside_its_model_in_its_own_environment(
    packed: Workload, installed: Requirements
) -> None:
    """`python` becomes the interpreter of that environment."""
    start = commands.script("some-1", installed, "python", "kserve_model.py", "{port}")
    command = start(packed)
    assert command.arguments[0].endswith("/serving-peers/some/bin/python")
    assert (command.folder / "kserve_model.py").is_file()
    assert b"model" == (command.folder / "model.joblib").read_bytes()


def test_a_peer_does_not_report_to_the_maker_of_its_runtime(
    packed: Workload, installed: Requirements
) -> None:
    """As little as our server does, which switches that off itself."""
    environ = commands.script("some-1", installed, "python", "kserve_model.py")(packed).environ
    assert "1" == environ["ORT_DISABLE_TELEMETRY"]


def test_mlserver_gets_settings_of_server_and_model(
    packed: Workload, installed: Requirements
) -> None:
    """Batching belongs to the model."""
    settings = {"parallel_workers": 0, "max_batch_size": 64}
    folder = commands.mlserver("ml", installed, settings)(packed).folder
    assert {"parallel_workers": 0} == json.loads((folder / "settings.json").read_text())
    assert 64 == json.loads((folder / "model-settings.json").read_text())["max_batch_size"]
