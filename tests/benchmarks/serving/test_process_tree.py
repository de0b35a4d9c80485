"""Process accounting: who belongs to a server, wherever it went."""

from __future__ import annotations

import time

from benchmark_stub import Start

from benchmarks.serving.process_tree import ProcessTree


def test_a_process_that_left_session_and_environment_is_counted(start: Start) -> None:
    """Its memory and its CPU are the server's."""
    alone, server = start(), start(STUB_CHILD="1")
    before = server.tree.cpu_seconds()
    deadline = time.monotonic() + 120
    while server.tree.cpu_seconds() - before < 0.1:
        assert time.monotonic() < deadline, "the child's work is not counted"
        time.sleep(0.05)
    assert len(server.tree.processes()) == len(alone.tree.processes()) + 1
    assert server.tree.memory_mib() > alone.tree.memory_mib() + 20


def test_a_process_whose_parent_is_gone_is_still_counted_and_ended(start: Start) -> None:
    """Killing the parent leaves the child to init, not to itself."""
    server = start(STUB_CHILD="1")
    seen = server.tree.processes()
    server.stop()
    assert len(seen) >= 2
    assert [] == server.tree.processes()


def test_nobody_carries_an_unknown_mark() -> None:
    """An empty tree weighs nothing."""
    tree = ProcessTree("nobody")
    assert ([], 0.0, 0.0) == (tree.processes(), tree.cpu_seconds(), tree.memory_mib())
