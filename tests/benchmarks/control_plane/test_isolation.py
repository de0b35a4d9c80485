"""A network of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.control_plane.isolation import apart, is_apart

ANSWER = """
import socket
from benchmarks.control_plane.isolation import answer_for_all
answer_for_all()
server = socket.create_server(("0.0.0.0", 80))
client = socket.create_connection(("10.96.3.4", 80))
assert server.accept()[0].getsockname()[0] == "10.96.3.4"
"""


def test_one_socket_answers_for_all_addresses_there() -> None:
    """And says which was meant."""
    assert apart((sys.executable, "-c", ANSWER)) == 0


def test_the_process_knows_where_it_is() -> None:
    """The one that starts the other does not run in that network."""
    look = "import os; from benchmarks.control_plane.isolation import is_apart as so"
    assert apart((sys.executable, "-c", f"{look}; exit(0 if so(os.environ) else 7)")) == 0
    assert not is_apart({})


def test_nothing_outlives_it(tmp_path: Path) -> None:
    """A process that was left behind is gone: it cannot write any more."""
    left = f"import time; time.sleep(0.5); open('{tmp_path / 'outlived'}', 'w')"
    start = f"import subprocess, sys; subprocess.Popen((sys.executable, '-c', {left!r}))"
    assert apart((sys.executable, "-c", start)) == 0
    time.sleep(1)
    assert [] == list(tmp_path.iterdir())


def test_a_signal_ends_everything(tmp_path: Path) -> None:
    """The outer process alone gets it, as from a time limit."""
    write = f"import time; time.sleep(3); open('{tmp_path / 'outlived'}', 'w')"
    start = "from benchmarks.control_plane.isolation import apart; import sys"
    command = f"{start}; sys.exit(apart((sys.executable, '-c', {write!r})))"
    process = subprocess.Popen((sys.executable, "-c", command))
    time.sleep(1.5)
    process.terminate()
    assert 143 == process.wait()
    time.sleep(2.5)
    assert [] == list(tmp_path.iterdir())


def test_the_exit_code_comes_through() -> None:
    """So that a failed benchmark fails."""
    assert apart((sys.executable, "-c", "exit(3)")) == 3
