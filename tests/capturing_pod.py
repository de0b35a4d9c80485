"""A serving pod that captures: a real model server and a real collector, as two processes."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from s3_server import S3
from serving_bundles import Sample
from serving_process import REVISION, Running, environment, running

from modelbundle.store import Store

FOLDER = "captures/uid-1"
_PYTHONPATH = os.pathsep.join(
    str(Path(__file__).parents[1] / part) for part in ("training-image", "serving-image")
)


@dataclass(slots=True)
class CapturingPod:
    """A pod of one sample; the store is below a folder of a bucket."""

    root: Path
    sample: Sample
    s3: S3
    percent: str = "100"
    exclude: str = "[]"

    @property
    def store(self) -> Store:
        """What the collector writes to."""
        return self.s3.store("team")

    @contextmanager
    def server(self) -> Iterator[Running]:
        """The model server, without any key of the store."""
        environ = environment(
            self.sample.directory,
            self.sample.digest,
            TRAINYARD_CAPTURE_SOCKET=self._socket,
            TRAINYARD_CAPTURE_PERCENT=self.percent,
            TRAINYARD_CAPTURE_EXCLUDE=self.exclude,
        )
        with running(environ, self.root / "server-errors") as server:
            yield server

    @contextmanager
    def collector(self, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
        """The collector; killed at the end if it still runs."""
        environ = {**os.environ, "PYTHONPATH": _PYTHONPATH, **self.variables(), **changes}
        command = [sys.executable, "-m", "trainer", "collect"]
        with (self.root / "collector-errors").open("ab") as sink:
            process = subprocess.Popen(command, env=environ, stderr=sink)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def variables(self) -> Mapping[str, str]:
        """The environment of the collector, as the operator sets it."""
        return {
            "TRAINYARD_STORE_URL": f"s3://{self.s3.bucket}/team",
            "TRAINYARD_STORE_ENDPOINT": self.s3.endpoint,
            "TRAINYARD_STORE_REGION": self.s3.region,
            "AWS_ACCESS_KEY_ID": self.s3.keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.s3.keys.secret_access_key,
            "TRAINYARD_CAPTURE_SOCKET": self._socket,
            "TRAINYARD_CAPTURE_FOLDER": FOLDER,
            "TRAINYARD_CAPTURE_PERCENT": self.percent,
            "TRAINYARD_CAPTURE_RETENTION_DAYS": "30",
            "TRAINYARD_REVISION": REVISION,
            "TRAINYARD_BUNDLE_DIGEST": self.sample.digest,
            "TRAINYARD_POD": "pod-1",
        }

    def captured(self) -> pa.Table:
        """Every row that is in the store."""
        keys = [entry.key for entry in self.store.list(f"{FOLDER}/{REVISION}")]
        return pa.concat_tables([pq.read_table(io.BytesIO(self.store.read(key))) for key in keys])

    @property
    def _socket(self) -> str:
        return str(self.root / "collector.sock")


def counts(server: Running) -> dict[str, int]:
    """Rows that were sampled, stored and dropped so far, as the server's metrics say."""
    prefix, suffix = "trainyard_capture_", "_rows_total{"
    lines = server.client.get("/metrics").body.decode().splitlines()
    found = [line for line in lines if line.startswith(prefix)]
    return {
        line.removeprefix(prefix).split(suffix)[0]: int(float(line.rpartition(" ")[2]))
        for line in found
    }


def settled(server: Running, seconds: float = 180) -> dict[str, int]:
    """The counts once no row is on its way."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = counts(server)
        if found["sampled"] == found["stored"] + found["dropped"]:
            return found
        time.sleep(0.1)
    raise AssertionError(f"rows are still on their way: {counts(server)}")


def ended(process: subprocess.Popen[bytes]) -> int:
    """The exit code after SIGTERM."""
    process.send_signal(signal.SIGTERM)
    return process.wait(30)
