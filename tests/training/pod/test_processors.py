"""How many processors a container may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from trainer.pod.processors import usable_processors

HERE = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        pytest.param("max 100000", HERE, id="no limit"),
        pytest.param("50000 100000", 1, id="half a processor"),
        pytest.param("100000 100000", 1, id="one processor"),
        pytest.param("900000000 100000", HERE, id="more than there are"),
        pytest.param("what", HERE, id="unreadable"),
    ],
)
def test_usable_processors(tmp_path: Path, quota: str, expected: int) -> None:
    """The CPU limit rounded up, at most what the machine has."""
    (tmp_path / "cpu.max").write_text(quota + "\n")
    assert expected == usable_processors(tmp_path / "cpu.max")


def test_without_cgroup(tmp_path: Path) -> None:
    """Where there is no such file the affinity counts."""
    assert HERE == usable_processors(tmp_path / "nothing")
