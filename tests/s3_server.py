"""A real S3 server on a free port of this machine, for tests that need no cluster."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cluster_access import tool
from free_port import free_port

from devcluster.s3 import REGION, server_command
from modelbundle.store import Credentials, Store, open_store

BUCKET = "tests"


@dataclass(frozen=True, slots=True)
class S3:
    """A running server with one empty bucket, and the keys that open it."""

    endpoint: str
    keys: Credentials
    region: str = REGION

    def store(self, prefix: str = "") -> Store:
        """The bucket, or a folder of it, with all rights."""
        return open_store(f"s3://{BUCKET}/{prefix}", self.endpoint, self.region, self.keys)


@contextmanager
def s3_server(folder: Path) -> Iterator[S3]:
    """A server over the folder; it ends with the block."""
    (folder / BUCKET).mkdir(parents=True)
    keys = Credentials(secrets.token_hex(10), secrets.token_hex(20))
    address = f"127.0.0.1:{free_port()}"
    names = {"ROOT_ACCESS_KEY": keys.access_key_id, "ROOT_SECRET_KEY": keys.secret_access_key}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            server_command(tool("versitygw"), address, folder),
            env={**os.environ, **names},
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(address)
        yield S3(f"http://{address}", keys)
    finally:
        server.kill()
        server.wait()


def _wait_for(address: str, seconds: float = 10) -> None:
    host, _, port = address.rpartition(":")
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
