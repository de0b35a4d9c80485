"""Requests on their way to a collector that is slow, away, or gone.

Proves: serving-image/modelserver/telemetry/collector_link.py
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from modelbundle.captured_rows import ACKNOWLEDGMENT, LENGTHS, captured_rows, read_head
from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task
from modelserver.error_log import ErrorLog
from modelserver.settings import CaptureSettings
from modelserver.telemetry.capture import MAX_WAITING_BYTES, Capture

SIGNATURE = Signature(Task.REGRESSION, (), (Feature("a", Kind.FLOAT),), probabilities=False)


class Scene:
    """A capture of all requests, and the other end of its socket."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "c.sock"
        self.errors = io.StringIO()
        settings = CaptureSettings(self.path, 100.0)
        self.capture = Capture(settings, SIGNATURE, ErrorLog(time.monotonic, self.errors))

    def listen(self) -> socket.socket:
        """A collector's socket."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.path))
        listener.listen()
        listener.settimeout(60)
        return listener

    def add(self, count: int = 1) -> None:
        """A request of so many rows was answered."""
        rows = Rows(np.zeros((count, 1)), np.empty((count, 0), dtype=object))
        self.capture.add(["id"], [count], rows, Prediction(np.zeros(count), None))

    @property
    def counts(self) -> tuple[int, int, int]:
        """Sampled, stored, dropped."""
        return self.capture.sampled, self.capture.stored, self.capture.dropped


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A capture whose collector is not there yet."""
    return Scene(tmp_path)


def soon(is_so: Callable[[], bool]) -> bool:
    """True once it is so; False after ten seconds."""
    deadline = time.monotonic() + 60
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.01)
    return is_so()


def frame(connection: socket.socket) -> tuple[bytes, bytes]:
    """The next frame."""
    with connection.makefile("rb", buffering=0) as stream:
        head, block = LENGTHS.unpack(stream.read(LENGTHS.size) or b"")
        return stream.read(head) or b"", stream.read(block) or b""


def connected(listener: socket.socket) -> socket.socket:
    """The connection, behind its first frame."""
    connection, _ = listener.accept()
    connection.settimeout(60)
    frame(connection)
    return connection


def test_stored_is_what_the_collector_says(scene: Scene) -> None:
    """Not what was sent."""
    with scene.listen() as listener, connected(listener) as connection:
        scene.add()
        scene.add(2)
        head, block = frame(connection)
        assert 3 == len(captured_rows(read_head(head), block)) or frame(connection)
        assert (3, 0, 0) == scene.counts
        connection.sendall(ACKNOWLEDGMENT.pack(2))
        assert soon(lambda: scene.counts == (3, 2, 0))
        connection.sendall(ACKNOWLEDGMENT.pack(3) * 2)
        assert soon(lambda: scene.counts == (3, 3, 0))
        connection.sendall(ACKNOWLEDGMENT.pack(99))
        time.sleep(0.3)
        assert (3, 3, 0) == scene.counts, "nothing is stored that was not sent"


def test_what_went_with_a_collector_is_dropped(scene: Scene) -> None:
    """And only that; what waits meanwhile goes to the next one."""
    with scene.listen() as listener:
        with connected(listener) as connection:
            scene.add(5)
            frame(connection)
            connection.sendall(ACKNOWLEDGMENT.pack(3))
            assert soon(lambda: scene.counts == (5, 3, 0))
        assert soon(lambda: scene.counts == (5, 3, 2))
        scene.add()
        with connected(listener) as connection:
            frame(connection)
            connection.sendall(ACKNOWLEDGMENT.pack(1))
            assert soon(lambda: scene.counts == (6, 4, 2))
    assert "2 rows were lost" in scene.errors.getvalue()


def test_a_queue_that_is_full_drops_and_counts(scene: Scene) -> None:
    """Nobody takes the rows; the memory they take is bounded, and adding goes on."""
    rows = MAX_WAITING_BYTES // 10 // 16  # a number and an answer each
    for _ in range(15):
        scene.add(rows)
    sampled, stored, dropped = scene.counts
    assert (15 * rows, 0) == (sampled, stored)
    assert 15 * rows // 4 < dropped < 15 * rows // 2


def test_at_the_end_what_waits_is_sent_and_acknowledged(scene: Scene) -> None:
    """As far as there is time."""
    with scene.listen() as listener, connected(listener) as connection:
        scene.add(4)
        connection.sendall(ACKNOWLEDGMENT.pack(4))
        scene.capture.close(5)
    assert (4, 4, 0) == scene.counts


def test_at_the_end_what_nobody_takes_is_counted(scene: Scene) -> None:
    """Without a collector, and with one that is silent."""
    scene.add(4)
    scene.capture.close(0.5)
    assert (4, 0, 4) == scene.counts


def test_a_silent_collector_holds_up_the_end_for_a_bounded_time(scene: Scene) -> None:
    """Its rows are counted as lost."""
    with scene.listen() as listener, connected(listener):
        scene.add(4)
        began = time.monotonic()
        scene.capture.close(1)
        assert time.monotonic() - began < 60
    assert (4, 0, 4) == scene.counts
