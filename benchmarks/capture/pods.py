"""A server that captures, and its collector over a folder as the store."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.serving.commands import ROOT, ours
from benchmarks.serving.process import PinnedServer
from benchmarks.serving.turns import READY
from benchmarks.serving.workloads import Workload

PERCENT = "10"
FOLDER = "captures/bench"


@contextmanager
def server(
    workload: Workload, name: str, core: int, environ: Mapping[str, str]
) -> Iterator[PinnedServer]:
    """A server of the workload on that core."""
    command = ours(workload)
    folder = workload.folder / name
    folder.mkdir(exist_ok=True)
    # Where a process lies in memory is worth several per cent: the addresses of all are the same.
    started = replace(
        command,
        arguments=("setarch", "-R", *command.arguments),
        folder=folder,
        environ={**command.environ, **environ},
    )
    with PinnedServer(started, core, READY) as found:
        yield found


def capturing(workload: Workload) -> dict[str, str]:
    """What a server needs to capture a tenth."""
    return {
        "TRAINYARD_CAPTURE_SOCKET": str(workload.folder / "c.sock"),
        "TRAINYARD_CAPTURE_PERCENT": PERCENT,
    }


@contextmanager
def collector(workload: Workload) -> Iterator[subprocess.Popen[bytes]]:
    """A collector; killed in the end if it still runs."""
    environ = {
        **os.environ,
        **capturing(workload),
        "PYTHONPATH": f"{ROOT / 'training-image'}{os.pathsep}{ROOT / 'serving-image'}",
        "TRAINYARD_STORE_URL": f"file://{store(workload)}",
        "TRAINYARD_CAPTURE_FOLDER": FOLDER,
        "TRAINYARD_CAPTURE_RETENTION_DAYS": "30",
        "TRAINYARD_REVISION": "bench-1",
        "TRAINYARD_BUNDLE_DIGEST": workload.digest,
        "TRAINYARD_POD": "bench",
    }
    process = subprocess.Popen([sys.executable, "-m", "trainer", "collect"], env=environ)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def store(workload: Workload) -> Path:
    """Where captures go."""
    return workload.folder / "store"
