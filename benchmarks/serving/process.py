"""How is a server started on one core, watched and ended?"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving.process_tree import MARK, ProcessTree

_MAX_START_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, where; `{port}` in arguments and environment becomes the port."""

    arguments: tuple[str, ...]
    folder: Path
    environ: Mapping[str, str]


class PinnedServer:
    """A server on one core, with all processes it starts. Use as a context manager.

    Raises RuntimeError with the end of its log when it does not answer `ready` with 200.
    """

    def __init__(self, command: Command, core: int, ready: bytes) -> None:
        self.port = free_port()
        arguments = [argument.replace("{port}", str(self.port)) for argument in command.arguments]
        environ = {k: v.replace("{port}", str(self.port)) for k, v in command.environ.items()}
        mark = uuid.uuid4().hex
        self.tree = ProcessTree(mark)
        self._log = command.folder / "server.log"
        started = time.monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["taskset", "-c", str(core), *arguments],
                cwd=command.folder,
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(command.folder),
                    **environ,
                    MARK: mark,
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait(ready)
        self.start_seconds = time.monotonic() - started

    def __enter__(self) -> PinnedServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """No process of the tree is left."""
        self.tree.end()
        self._process.wait(10)

    def _wait(self, ready: bytes) -> None:
        deadline = time.monotonic() + _MAX_START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if _answers(self.port, ready):
                return
            time.sleep(0.02)
        self.stop()
        end = self._log.read_text(errors="replace")[-3000:]
        raise RuntimeError(f"the server did not start:\n{end}")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _answers(port: int, request: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request)
            return connection.recv(20)[9:12] == b"200"
    except OSError:
        return False
