"""Servers on one core."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from benchmark_stub import READY, Start

from benchmarks.serving.process import Command, PinnedServer


def test_a_server_is_pinned_with_all_its_processes(start: Start) -> None:
    """The child that left is on the same core."""
    server = start(STUB_CHILD="1")
    cores = [os.sched_getaffinity(process.number) for process in server.tree.processes()]
    assert [{0}] * len(cores) == cores
    assert server.start_seconds > 0


def test_a_server_that_ends_says_why(tmp_path: Path) -> None:
    """The end of its log is in the error."""
    command = Command((sys.executable, "-c", "raise SystemExit('no model here')"), tmp_path, {})
    with pytest.raises(RuntimeError, match="no model here"):
        PinnedServer(command, 0, READY)
