"""A real MLflow server with a database of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.serving.locked_environments import locked, python_of_locked
from benchmarks.serving.process import Command, PinnedServer

_READY = b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
_SERVER = ("--no-control-socket", "--threads", "4", "--timeout", "300")
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


@contextmanager
def mlflow_server(folder: Path) -> Iterator[str]:
    """Give the address of a server that is ready and empty."""
    arguments = {
        "--host": "127.0.0.1",
        "--port": "{port}",
        "--workers": "1",
        "--gunicorn-opts": " ".join(_SERVER),
        "--backend-store-uri": f"sqlite:///{folder / 'mlflow.db'}",
        "--default-artifact-root": str(folder / "artifacts"),
    }
    python = str(python_of_locked(locked("mlflow")))
    words = [word for pair in arguments.items() for word in pair]
    command = Command((python, "-m", "mlflow", "server", *words), folder, _QUIET)
    core = min(os.sched_getaffinity(0))
    with PinnedServer(command, core, _READY) as server:
        yield f"http://127.0.0.1:{server.port}"
