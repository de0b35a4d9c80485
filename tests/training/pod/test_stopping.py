"""A container that is told to end does, whatever it computes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from trainer.pod.stopping import TERMINATED

BEFORE = "from trainer.pod.stopping import end_when_told; end_when_told()"
BUSY = {
    "in Python": "while True: pass",
    "outside Python": "import ctypes; ctypes.CDLL(None).sleep(3600)",
}


@pytest.mark.parametrize("work", BUSY.values(), ids=BUSY)
def test_it_ends_while_it_computes(work: str) -> None:
    """The main thread, which hears of no signal meanwhile, need not be asked."""
    program = f"{BEFORE}; print('ready', flush=True)\n{work}"
    process = subprocess.Popen((sys.executable, "-c", program), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "ready" == process.stdout.readline().strip()
        process.terminate()
        assert TERMINATED == process.wait(timeout=120)
    finally:
        process.kill()
        process.communicate()
