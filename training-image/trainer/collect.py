"""Where do captured requests go? This container of a serving pod stores them.

The model server, which has no keys of the store, sends them over a Unix socket. Nothing that
happens here ends the process: while the store is away, rows wait, then the server's queue fills up,
and it drops and counts what has no room.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from modelbundle.captured_rows import ACKNOWLEDGMENT, CaptureUnreadable
from modelbundle.faults import StoreFault
from modelbundle.store import Store
from trainer.captures.capture_part import CaptureParts
from trainer.captures.capture_retention import remove_outdated
from trainer.captures.capture_table import Circumstances
from trainer.captures.incoming import Incoming
from trainer.pod.environment import Environment
from trainer.pod.exits import Reason, UserFault
from trainer.pod.result import Result
from trainer.pod.storing import open_environment_store

TURN_SECONDS = 0.5
LAST_SECONDS = 25.0
"""After the pod's end began: the server answers on for a while, and sends its last rows then."""
_READ_BYTES = 1 << 20
_SWEEP_SECONDS = 3600.0
_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class CollectSettings:
    """What the pod says about captures; `root` holds the folders of all revisions."""

    socket: Path
    root: str
    of: Circumstances
    pod: str
    retention_days: int

    @property
    def folder(self) -> str:
        """Where the parts of this revision lie."""
        return f"{self.root}/{self.of.revision}"


def collect_settings(environment: Environment) -> CollectSettings:
    """The settings. Raises UserFault naming the variable that is missing."""

    def variable(name: str) -> str:
        value = environment.variables.get(f"TRAINYARD_{name}", "")
        if not value:
            raise UserFault(Reason.SETTING_MISSING, f"TRAINYARD_{name} is not set")
        return value

    of = Circumstances(
        variable("REVISION"), variable("BUNDLE_DIGEST"), float(variable("CAPTURE_PERCENT"))
    )
    return CollectSettings(
        socket=Path(variable("CAPTURE_SOCKET")),
        root=variable("CAPTURE_FOLDER").strip("/"),
        of=of,
        pod=variable("POD"),
        retention_days=int(variable("CAPTURE_RETENTION_DAYS")),
    )


def run(environment: Environment) -> Result:
    """Stores what comes until SIGTERM, and what still comes after it."""
    settings = collect_settings(environment)
    collector = Collector(settings, open_environment_store(environment), time.time)
    signal.signal(signal.SIGTERM, lambda *_: collector.end_by(time.monotonic() + LAST_SECONDS))
    collector.serve()
    return Result()


class Collector:
    """One connection at a time: a pod has one server."""

    def __init__(self, settings: CollectSettings, store: Store, now: Callable[[], float]) -> None:
        self._settings = settings
        self._store = store
        self._now = now
        name = f"{settings.pod}-{secrets.token_hex(4)}"
        self._parts = CaptureParts(store, settings.folder, name, now)
        self._last: float | None = None
        self._swept = float("-inf")

    def end_by(self, moment: float) -> None:
        """Serve on while the server sends, at most until then (of the monotonic clock)."""
        self._last = moment

    def serve(self) -> None:
        """Returns when the end has come and no server is connected."""
        with _listener(self._settings.socket) as listener:
            while self._last is None:
                with suppress(TimeoutError):
                    connection, _ = listener.accept()
                    with connection:
                        self._hear(connection)
                self._kept()
                self._sweep()
        while not self._kept() and not self._is_over():
            time.sleep(_PAUSE_SECONDS)

    def _hear(self, connection: socket.socket) -> None:
        """Takes and stores what the server sends until it closes the connection."""
        connection.settimeout(TURN_SECONDS)
        incoming, received, told = Incoming(self._settings.of), 0, 0
        try:
            while not self._is_over():
                content = self._read(connection)
                for table in incoming.fed(content or b""):
                    received += table.num_rows
                    self._parts.add(table)
                ended = content == b""
                if (ended or self._parts.is_due) and self._kept() and received > told:
                    connection.sendall(ACKNOWLEDGMENT.pack(received))
                    told = received
                if ended:
                    return
                self._sweep()
        except (OSError, CaptureUnreadable, StoreFault) as fault:
            _say(f"connection of the model server ended: {fault}")

    def _read(self, connection: socket.socket) -> bytes | None:
        """What has come; empty at the end; None when nothing came, or there is no room for it."""
        if self._parts.is_full:
            time.sleep(_PAUSE_SECONDS)
            return None
        try:
            return connection.recv(_READ_BYTES)
        except TimeoutError:
            return None

    def _kept(self) -> bool:
        """True when all rows are in the store by now."""
        try:
            self._parts.store()
        except StoreFault as fault:
            _say(f"captured rows wait for the store: {fault}")
            return False
        return True

    def _sweep(self) -> None:
        """Every hour days that are over go."""
        settings, moment = self._settings, time.monotonic()
        if moment - self._swept < _SWEEP_SECONDS:
            return
        self._swept = moment
        today = datetime.fromtimestamp(self._now(), UTC).date()
        try:
            remove_outdated(self._store, settings.root, today, settings.retention_days)
        except StoreFault as fault:
            _say(f"captures beyond retentionDays are not removed: {fault}")

    def _is_over(self) -> bool:
        return self._last is not None and time.monotonic() >= self._last


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def _listener(path: Path) -> socket.socket:
    """A socket at the path; one that an earlier process left there goes."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.settimeout(TURN_SECONDS)
    listener.bind(str(path))
    os.chmod(path, 0o666)  # noqa: PTH101, S103  (only this pod has the folder)
    listener.listen(1)
    return listener
