"""How is a server started on one core, watched and ended?"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_MAX_START_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, where; `{port}` in arguments and environment becomes the port."""

    arguments: tuple[str, ...]
    folder: Path
    environ: Mapping[str, str]


class PinnedServer:
    """A process tree on one core. Use as a context manager."""

    def __init__(self, command: Command, core: int, ready: bytes) -> None:
        self.port = free_port()
        arguments = [argument.replace("{port}", str(self.port)) for argument in command.arguments]
        environ = {k: v.replace("{port}", str(self.port)) for k, v in command.environ.items()}
        self._log = command.folder / "server.log"
        started = time.monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["taskset", "-c", str(core), *arguments],
                cwd=command.folder,
                env={"PATH": os.environ["PATH"], "HOME": str(command.folder), **environ},
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
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                break
            try:
                self._process.wait(3)
            except subprocess.TimeoutExpired:
                continue

    def cpu_seconds(self) -> float:
        """User and system time of the whole tree so far."""
        return sum(_times(process) for process in self._tree())

    def memory_mib(self) -> float:
        """Proportional set size of the whole tree."""
        return sum(_pss(process) for process in self._tree()) / 1024

    def _tree(self) -> Sequence[int]:
        group = self._process.pid
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                except OSError:
                    continue
                if int(fields[2]) == group:
                    found.append(int(entry.name))
        return found

    def _wait(self, ready: bytes) -> None:
        deadline = time.monotonic() + _MAX_START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if _answers(self.port, ready):
                return
            time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"the server did not start:\n{self._log.read_text()[-3000:]}")


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


def _times(process: int) -> float:
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return 0.0
    fields = text.rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _pss(process: int) -> int:
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0
