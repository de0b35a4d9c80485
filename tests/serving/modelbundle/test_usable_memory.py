"""What a container may use is what its cgroup says."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelbundle.usable_memory import UNLIMITED, most_of_one_file, usable_memory


@pytest.mark.parametrize(
    ("said", "usable"),
    [
        pytest.param("1073741824\n", 1 << 30, id="a limit"),
        pytest.param("max\n", UNLIMITED, id="none"),
        pytest.param(None, UNLIMITED, id="no cgroup here"),
    ],
)
def test_the_memory_of_the_container(tmp_path: Path, said: str | None, usable: int) -> None:
    """Half of it for one file."""
    limit = tmp_path / "memory.max"
    if said is not None:
        limit.write_text(said)
    assert (usable, usable // 2) == (usable_memory(limit), most_of_one_file(limit))
