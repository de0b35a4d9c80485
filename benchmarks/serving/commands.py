"""How is each server started?"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.serving.environments import Requirements, python_of
from benchmarks.serving.process import Command
from benchmarks.serving.workloads import Workload

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(__file__).parent / "peers"
_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# ONNX Runtime would report to its maker: work that our server is not asked to do.
_SILENT = {"ORT_DISABLE_TELEMETRY": "1"}

Starter = Callable[[Workload], Command]


def ours(workload: Workload) -> Command:
    """`python -m modelserver`, as the image starts it."""
    environ = {
        "PYTHONPATH": str(ROOT / "serving-image"),
        "TRAINYARD_BUNDLE_DIGEST": workload.digest,
        "TRAINYARD_BUNDLE_DIR": str(workload.folder / "bundle"),
        "TRAINYARD_MODEL_NAME": "bench",
        "TRAINYARD_REVISION": "bench-1",
        "TRAINYARD_HOST": "127.0.0.1",
        "TRAINYARD_PORT": "{port}",
        "TRAINYARD_DRAIN_SECONDS": "0",
    }
    return Command((sys.executable, "-m", "modelserver"), _folder(workload, "ours"), environ)


def script(name: str, requirements: Requirements, *arguments: str) -> Starter:
    """A script of `peers/`, or a module, in the peer's environment and a folder of its own.

    The folder holds model.joblib and the scripts; the argument `python` is the interpreter.
    """

    def command(workload: Workload) -> Command:
        folder = _folder(workload, name)
        python = python_of(requirements)
        for file in SCRIPTS.glob("*.py"):
            shutil.copy(file, folder)
        environ = {
            **_THREADS,
            **_SILENT,
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        }
        whole = tuple(str(python) if part == "python" else part for part in arguments)
        return Command(whole, folder, environ)

    return command


def mlserver(name: str, requirements: Requirements, settings: Mapping[str, Any]) -> Starter:
    """MLServer with these settings; those of batching belong to the model."""
    start = ("python", "-c", "from mlserver.cli import main; main()", "start", ".")
    plain = script(name, requirements, *start)

    def command(workload: Workload) -> Command:
        made = plain(workload)
        model: dict[str, Any] = {
            "name": "bench",
            "implementation": "mlserver_sklearn.SKLearnModel",
            "parameters": {"uri": "./model.joblib"},
        }
        server: dict[str, Any] = {}
        for setting, value in settings.items():
            (model if setting.startswith("max_") else server)[setting] = value
        (made.folder / "model-settings.json").write_text(json.dumps(model))
        (made.folder / "settings.json").write_text(json.dumps(server))
        ports = {
            "MLSERVER_HTTP_PORT": "{port}",
            "MLSERVER_GRPC_PORT": "0",
            "MLSERVER_METRICS_PORT": "0",
        }
        return Command(made.arguments, made.folder, {**made.environ, **ports})

    return command


def _folder(workload: Workload, name: str) -> Path:
    folder = workload.folder / name
    if not folder.exists():
        shutil.copytree(workload.joblib_folder, folder)
    return folder
