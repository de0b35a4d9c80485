"""Our example for Kubeflow Pipelines, compiled by its own compiler."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cluster_access import ROOT
from typer.testing import CliRunner

from benchmarks.serving.locked_environments import locked, python_of_locked
from trainyardctl.main import app

EXAMPLE = ROOT / "examples" / "pipelines" / "kubeflow.py"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give what the compiler makes of the file."""
    made = tmp_path_factory.mktemp("compiled") / "pipeline.yaml"
    command = [str(python_of_locked(locked("kfp"))), "-W", "ignore", str(EXAMPLE), str(made)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr[-2000:]
    found: dict[str, Any] = yaml.safe_load(made.read_text(encoding="utf-8"))
    return found


def test_the_pipeline_has_our_component_with_its_inputs(compiled: dict[str, Any]) -> None:
    """By name, with a time to wait that may be left out."""
    assert "train-wine" == compiled["pipelineInfo"]["name"]
    inputs = compiled["components"]["comp-train"]["inputDefinitions"]["parameters"]
    assert {"namespace", "training_job", "timeout_seconds"} == set(inputs)
    assert inputs["timeout_seconds"]["isOptional"]


def test_a_run_is_never_left_out_as_cached(compiled: dict[str, Any]) -> None:
    """The data may be new though the inputs of the step are the same."""
    task = compiled["root"]["dag"]["tasks"]["train"]
    assert not task.get("cachingOptions", {}).get("enableCache")


def test_the_component_types_commands_that_there_are(
    compiled: dict[str, Any], tmp_path: Path
) -> None:
    """Run as its container would, with a `trainyard` that only notes what it is asked."""
    container = compiled["deploymentSpec"]["executors"]["exec-train"]["container"]
    source = next(word for word in container["command"] if "def train(" in word)
    program = tmp_path / "trainyard"
    program.write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    plain = "\n".join(line for line in source.splitlines() if "kfp" not in line)
    done = subprocess.run(
        [sys.executable, "-c", f"{plain}\ntrain('models', 'wine')\n"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr[-2000:]
    asked = [line for line in done.stdout.splitlines() if line.startswith("--namespace models")]
    assert ["run", "status"] == [shlex.split(line)[2] for line in asked]
    for line in asked:
        told = CliRunner().invoke(app, [*shlex.split(line), "--help"])
        assert 0 == told.exit_code, told.output
