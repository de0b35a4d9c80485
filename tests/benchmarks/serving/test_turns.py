"""Short turns of several servers, by lot: what each costs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.serving.commands import ours
from benchmarks.serving.models import models
from benchmarks.serving.process import PinnedServer
from benchmarks.serving.turns import READY, Asked, core_of_servers, rounds_of_turns
from benchmarks.serving.workloads import made

_TOLD = b"GET /v2 HTTP/1.1\r\nHost: bench\r\n\r\n"
_NOT_THERE = b"GET /nowhere HTTP/1.1\r\nHost: bench\r\n\r\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the model lies."""
    return tmp_path_factory.mktemp("turns")


def test_turns_say_what_answers_cost(folder: Path) -> None:
    """Every round has one turn of each; what is not answered with 200 is a fault."""
    workload = made(models()["linear"], folder)
    with core_of_servers() as core, PinnedServer(ours(workload), core, READY) as server:
        asked = {"one": Asked(server, (_TOLD,)), "two": Asked(server, (_TOLD, _TOLD))}
        found = rounds_of_turns(asked, 3, 0.05, 0.05)
        assert [{"one", "two"}] * 3 == [set(each) for each in found]
        assert all(turn.cpu > 0 and turn.rate > 0 for each in found for turn in each.values())
        with pytest.raises(RuntimeError, match="not answered with 200"):
            rounds_of_turns({"wrong": Asked(server, (_NOT_THERE,))}, 1, 0.05, 0.05)


def test_servers_have_a_core_of_their_own() -> None:
    """Where there are two; afterwards this process may run everywhere again."""
    before = os.sched_getaffinity(0)
    with core_of_servers() as core:
        assert core in before
        assert len(before) == 1 or core not in os.sched_getaffinity(0)
    assert before == os.sched_getaffinity(0)
