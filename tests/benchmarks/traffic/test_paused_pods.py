"""Pods that have no turn."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from benchmarks.traffic.paused_pods import pause, processes_of


def test_processes_are_known_by_the_name_of_their_pod(tmp_path: Path) -> None:
    """What cannot be read is nobody's, and a name that only begins alike is another pod's."""
    for name, environ in {
        "7": b"A=1\0HOSTNAME=m-1\0",
        "8": b"HOSTNAME=m-12\0",
        "9": b"OTHER_HOSTNAME=m-1\0",
        "self": b"HOSTNAME=m-1\0",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "environ").write_bytes(environ)
    (tmp_path / "10").mkdir()
    assert [7] == list(processes_of({"m-1"}, tmp_path))


async def test_what_was_stopped_goes_on() -> None:
    """Meanwhile it does nothing."""
    script = "import sys\nfor line in sys.stdin:\n print(line, end='', flush=True)"
    environment = {**os.environ, "HOSTNAME": "m-stopped-in-a-test"}
    echo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert echo.stdin is not None
    assert echo.stdout is not None
    echo.stdin.write(b"a\n")
    assert b"a\n" == await echo.stdout.readline()
    still = asyncio.create_task(pause({"m-stopped-in-a-test"}, 1))
    await asyncio.sleep(0)
    echo.stdin.write(b"b\n")
    answer = asyncio.create_task(echo.stdout.readline())
    await still
    assert not answer.done()
    assert b"b\n" == await answer
    echo.stdin.close()
    await echo.wait()


async def test_a_node_elsewhere_is_told() -> None:
    """Nothing would have been tried."""
    with pytest.raises(RuntimeError, match="no process of m-nowhere"):
        await pause({"m-nowhere"}, 1)
