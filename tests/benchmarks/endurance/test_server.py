"""The server that is asked: on a core of its own, its memory read from the kernel."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.endurance.questions import MODEL
from benchmarks.endurance.server import memory, served
from benchmarks.endurance.worlds import World


def test_it_serves_the_world_and_gives_the_cores_back(numbers: World, tmp_path: Path) -> None:
    """Clients and server do not share a core where there are two."""
    before = os.sched_getaffinity(0)
    with served(numbers, tmp_path / "stderr") as server:
        ours, its = os.sched_getaffinity(0), os.sched_getaffinity(server.process.pid)
        assert 200 == server.client.get(f"/v2/models/{MODEL}/ready").status
        pss, anonymous = memory(server.process.pid)
    assert before == os.sched_getaffinity(0)
    assert len(before) == 1 or not ours & its
    assert 1024 < anonymous < pss
