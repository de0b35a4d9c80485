"""An S3 server on this machine, reachable from pods, for tests and the demo."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from devcluster.health import listens_on
from devcluster.locking import only_one
from devcluster.network import NODE_BRIDGE, Addresses
from devcluster.places import Places
from devcluster.processes import Component, Processes
from devcluster.programs import Programs
from devcluster.progress import Progress
from devcluster.refusal import Refusal

PROCESS = "versitygw"
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class S3Access:
    """How a client reaches the server; the keys are made anew at each start."""

    endpoint: str
    region: str
    access_key_id: str
    secret_access_key: str


def server_command(program: str, address: str, folder: Path) -> tuple[str, ...]:
    """The server's command line; the keys travel in its environment, not here."""
    return (program, "--port", address, "--region", REGION, "--quiet", "posix", str(folder))


@dataclass(frozen=True, slots=True)
class S3Server:
    """Starts, finds and stops the one S3 server of this machine."""

    places: Places
    addresses: Addresses
    programs: Programs
    progress: Progress
    port: int = 7070

    def start(self, buckets: Sequence[str] = ()) -> S3Access:
        """The server runs with the buckets it had and the named ones; a running one is kept.

        Raises Refusal while the local cluster is down: the server listens on the node's address.
        """
        if not Path("/sys/class/net", NODE_BRIDGE).exists():
            raise Refusal("The local cluster is down: run `python3 -m devcluster up` first.")
        for bucket in buckets:
            # A folder below the server's root is a bucket.
            (self._folder() / bucket).mkdir(parents=True, exist_ok=True)
        with only_one(self.places.state / "s3.lock", self.progress):
            found = self.access()
            if found:
                return found
            access = S3Access(
                endpoint=f"http://{self.addresses.node}:{self.port}",
                region=REGION,
                access_key_id=secrets.token_hex(10),
                secret_access_key=secrets.token_hex(20),
            )
            self._folder().mkdir(parents=True, exist_ok=True)
            Processes(self.places).start(self._component(access))
            self._note().touch(mode=0o600)
            self._note().write_text(json.dumps(asdict(access)))
            return access

    def access(self) -> S3Access | None:
        """How to reach the running server; None where none runs."""
        if not Processes(self.places).running(PROCESS) or not self._note().exists():
            return None
        return S3Access(**json.loads(self._note().read_text()))

    def stop(self) -> None:
        """No server runs, and its keys are forgotten; the buckets stay."""
        Processes(self.places).stop(PROCESS)
        self._note().unlink(missing_ok=True)

    def _component(self, access: S3Access) -> Component:
        address = f"{self.addresses.node}:{self.port}"
        return Component(
            PROCESS,
            server_command(str(self.programs.path(PROCESS)), address, self._folder()),
            partial(listens_on, self.addresses.node, self.port),
            environment={
                "ROOT_ACCESS_KEY": access.access_key_id,
                "ROOT_SECRET_KEY": access.secret_access_key,
            },
        )

    def _folder(self) -> Path:
        return self.places.state / "s3"

    def _note(self) -> Path:
        return self.places.state / "s3.json"
