"""Detached processes, known by pid *and* start time, and ended by their own pid only."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from devcluster.places import Places
from devcluster.refusal import failed

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Component:
    """A long-running program of the cluster.

    `settings` are the files it reads at start: when one changes, or the command does, the
    component is started again. `healthy` answers without raising.
    """

    name: str
    command: tuple[str, ...]
    healthy: Callable[[], bool]
    settings: tuple[Path, ...] = ()
    environment: Mapping[str, str] | None = None
    patience_seconds: float = 240


@dataclass(frozen=True, slots=True)
class Record:
    """What was started: a pid alone would, after a reboot, name somebody else's process."""

    pid: int
    started: str
    boot: str
    runs: str


def stat_fields(stat: str) -> tuple[str, str]:
    """State letter and start time (clock ticks since boot) from the text of /proc/PID/stat."""
    # The program's name, in brackets, may itself hold spaces and brackets.
    fields = stat.rpartition(")")[2].split()
    return fields[0], fields[19]


def fingerprint(component: Component) -> str:
    """A digest that changes when the command or one of its settings files does."""
    digest = hashlib.sha256("\0".join(component.command).encode())
    for path in component.settings:
        digest.update(path.read_bytes() if path.exists() else b"absent")
    return digest.hexdigest()[:16]


def alive(record: Record) -> bool:
    """The very process of the record still runs (a zombie does not)."""
    if record.boot != BOOT_ID.read_text().strip():
        return False
    try:
        state, started = stat_fields(Path("/proc", str(record.pid), "stat").read_text())
    except (FileNotFoundError, ProcessLookupError):
        return False
    return started == record.started and state not in {"Z", "X"}


def without_proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without proxy settings: the cluster's own addresses are never behind one."""
    return {name: value for name, value in environment.items() if "proxy" not in name.lower()}


@dataclass(frozen=True, slots=True)
class Processes:
    """Starts, finds and ends the components whose records lie in the state folder."""

    places: Places

    def record(self, name: str) -> Record | None:
        """The record of a component, or None where there is none that can be read."""
        try:
            return Record(**json.loads(self._path(name).read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def running(self, name: str) -> Record | None:
        """The record of a component that is alive, else None."""
        record = self.record(name)
        return record if record and alive(record) else None

    def is_current(self, component: Component) -> bool:
        """The component runs, with the command and settings it has now."""
        record = self.running(component.name)
        return record is not None and record.runs == fingerprint(component)

    def start(self, component: Component) -> None:
        """The component runs detached and is healthy; raises StepFailed with its log otherwise."""
        self.stop(component.name)
        log = self.log(component.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists():
            log.rename(log.with_suffix(".log.1"))
        pid = _spawn(component, log)
        self._write(component, pid)
        deadline = time.monotonic() + component.patience_seconds
        while not component.healthy():
            code = _exit_code(pid)
            if code is not None:
                raise failed(f"{component.name} ended with exit code {code}", log)
            if time.monotonic() > deadline:
                waited = f"{component.patience_seconds:.0f} s"
                raise failed(f"{component.name} was not healthy within {waited}", log)
            time.sleep(0.1)

    def stop(self, name: str, patience_seconds: float = 15) -> None:
        """No process of the record is left, and neither is the record."""
        record = self.running(name)
        if record:
            _end(record, patience_seconds)
        self._path(name).unlink(missing_ok=True)

    def log(self, name: str) -> Path:
        """The log file of a component."""
        return self.places.logs / f"{name}.log"

    def _path(self, name: str) -> Path:
        return self.places.records / f"{name}.json"

    def _write(self, component: Component, pid: int) -> None:
        started = stat_fields(Path("/proc", str(pid), "stat").read_text())[1]
        record = Record(pid, started, BOOT_ID.read_text().strip(), fingerprint(component))
        self.places.records.mkdir(parents=True, exist_ok=True)
        self._path(component.name).write_text(json.dumps(asdict(record)))


def _spawn(component: Component, log: Path) -> int:
    """The pid of the component, in a session of its own so that it outlives this run.

    Not subprocess.Popen, which complains of every child that it does not see the end of.
    """
    return os.posix_spawnp(
        component.command[0],
        component.command,
        {**without_proxies(os.environ), **(component.environment or {})},
        file_actions=(
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ),
        setsid=True,
    )


def _exit_code(pid: int) -> int | None:
    """The exit code of our child, or None while it runs or is not ours (any more)."""
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status) if ended else None


def _end(record: Record, patience_seconds: float) -> None:
    _signal(record.pid, signal.SIGTERM)
    deadline = time.monotonic() + patience_seconds
    while alive(record):
        if time.monotonic() > deadline:
            _signal(record.pid, signal.SIGKILL)
            deadline = time.monotonic() + patience_seconds
        time.sleep(0.05)
    _exit_code(record.pid)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
