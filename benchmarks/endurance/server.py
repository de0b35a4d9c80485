"""Where does the server run, and how much memory does it hold?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serving_process import Running, environment, running

from benchmarks.endurance.bad_questions import BODY_ALLOWED, ROWS_ALLOWED
from benchmarks.endurance.questions import MODEL
from benchmarks.endurance.worlds import World


@contextmanager
def served(world: World, errors: Path, drain_seconds: int = 0) -> Iterator[Running]:
    """A server of the world's model; on a core of its own when there are two."""
    environ = environment(
        world.directory,
        world.digest,
        TRAINYARD_MODEL_NAME=MODEL,
        TRAINYARD_MAX_REQUEST_ROWS=str(ROWS_ALLOWED),
        TRAINYARD_MAX_BODY_BYTES=str(BODY_ALLOWED),
        TRAINYARD_DRAIN_SECONDS=str(drain_seconds),
    )
    before = os.sched_getaffinity(0)
    cores = sorted(before)
    with running(environ, errors) as server:
        if len(cores) > 1:
            for thread in Path(f"/proc/{server.process.pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {cores[0]})
            os.sched_setaffinity(0, set(cores[1:]))
        try:
            yield server
        finally:
            os.sched_setaffinity(0, before)


def memory(process: int) -> tuple[int, int]:
    """Proportional set size, and what of it is anonymous, in KiB.

    The anonymous part is what the process alone has written. The rest is libraries, whose share
    changes when another process starts or ends that has them too.
    """
    sizes = {}
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, value = line.partition(":")
        sizes[name] = int(value.split()[0])
    return sizes["Pss"], sizes["Pss_Anon"]
