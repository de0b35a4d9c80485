"""One run at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devcluster.progress import Progress


@contextmanager
def only_one(lock: Path, progress: Progress) -> Iterator[None]:
    """While the block runs, no other process holds `lock`; the kernel frees it at any exit."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say(f"waiting for another run that holds {lock}")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
