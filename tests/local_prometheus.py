"""A real Prometheus in a process of its own."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cluster_access import tool
from free_port import free_port

LONGEST_START = 180


@dataclass(frozen=True, slots=True)
class LocalPrometheus:
    """Where it answers."""

    url: str

    def query(self, expr: str) -> list[dict[str, Any]]:
        """Return the series of an instant query."""
        asked = urllib.parse.urlencode({"query": expr})
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{asked}", timeout=30) as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
            return found


@contextmanager
def running_process(*command: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The program runs; at the end it is asked to end."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


@contextmanager
def local_prometheus(folder: Path, settings: Mapping[str, Any]) -> Iterator[LocalPrometheus]:
    """A Prometheus with these settings that is ready."""
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(dict(settings)))
    port, log = free_port(), folder / "prometheus.log"
    with running_process(
        *(tool("prometheus"), f"--config.file={folder / 'prometheus.yaml'}"),
        *(f"--web.listen-address=127.0.0.1:{port}", f"--storage.tsdb.path={folder / 'tsdb'}"),
        log=log,
    ) as process:
        _wait_until_ready(process, f"http://127.0.0.1:{port}/-/ready", log)
        yield LocalPrometheus(f"http://127.0.0.1:{port}")


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + LONGEST_START
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"Prometheus is not ready: {log.read_text()[-2000:]}")
