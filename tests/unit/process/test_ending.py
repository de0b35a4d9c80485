"""A process whose work is over ends, whatever still waits in it."""

from __future__ import annotations

import subprocess
import sys

STUBBORN = """
import asyncio, sys
from trainyard.process.ending import end_within
from trainyard.process.loop_lag import run_measured

async def stubborn():
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass

async def work(lag):
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    end_within({seconds}, 1)
    task.add_done_callback(print)
    return 1

sys.exit(run_measured(work))
"""


def test_a_task_that_ignores_its_cancellation_does_not_hold_up_the_end() -> None:
    """It ends with the code that was decided on, and says that something held it up."""
    command = (sys.executable, "-c", STUBBORN.format(seconds=0.2))
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert "something held up the end of the process" in done.stdout + done.stderr


def test_a_process_that_ends_by_itself_does_not_wait() -> None:
    """A minute that is left holds up nobody."""
    program = "from trainyard.process.ending import end_within; end_within(3600, 1)"
    done = subprocess.run((sys.executable, "-c", program), timeout=300, check=False)
    assert done.returncode == 0
