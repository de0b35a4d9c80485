"""A real S3 server on a free port of this machine, for tests that need no cluster."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
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
    bucket: str = BUCKET
    data: Path = Path()
    """Where it keeps its buckets."""

    def obeys(self, policy: str) -> None:
        """From now on the bucket has this policy."""
        text = json.dumps(json.loads(policy))
        os.setxattr(self.data / self.bucket, "user.policy", text.encode())

    def store(self, prefix: str = "") -> Store:
        """The bucket, or a folder of it, with all rights."""
        return open_store(f"s3://{self.bucket}/{prefix}", self.endpoint, self.region, self.keys)


@contextmanager
def s3_server(
    folder: Path, bucket: str = BUCKET, users: Sequence[str] = (), host: str = "127.0.0.1"
) -> Iterator[S3]:
    """A server over the folder; it ends with the block.

    The users have no rights of their own, and the root's secret key. `host`: where it listens.
    """
    data, accounts = folder / "data", folder / "accounts"
    (data / bucket).mkdir(parents=True)
    accounts.mkdir()
    keys = Credentials(secrets.token_hex(10), secrets.token_hex(20))
    address = f"{host}:{free_port()}"
    names = {"ROOT_ACCESS_KEY": keys.access_key_id, "ROOT_SECRET_KEY": keys.secret_access_key}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            with_accounts(server_command(tool("versitygw"), address, data), accounts),
            env={**os.environ, **names},
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(address)
        found = S3(f"http://{address}", keys, bucket=bucket, data=data)
        for user in users:
            _add(user, found)
        yield found
    finally:
        server.kill()
        server.wait()


def with_accounts(command: Sequence[str], folder: Path) -> list[str]:
    """Return the command of a server that keeps users in the folder."""
    program, *options = command
    return [program, "--iam-dir", str(folder), *options]


def _add(user: str, server: S3) -> None:
    keys = server.keys
    admin = ("--endpoint-url", server.endpoint, "--access", keys.access_key_id)
    new = ("--access", user, "--secret", keys.secret_access_key, "--role", "user")
    subprocess.run(
        (tool("versitygw"), "admin", *admin, "create-user", *new),
        env={**os.environ, "ADMIN_SECRET_KEY": keys.secret_access_key},
        check=True,
        capture_output=True,
    )


def _wait_for(address: str, seconds: float = 120) -> None:
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
