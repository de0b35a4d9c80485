"""`python -m benchmarks.tutorial`: type docs/tutorial.md on an empty cluster, and time it.

The cluster is the one of tests and demo, with the images in it (`make images`). Nobody else may
use Trainyard in it meanwhile: it is refused where objects of ours are there. Afterwards everything
that was made is gone again.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.tutorial.bars import ALL_SECONDS, bars
from benchmarks.tutorial.empty_cluster import NotEmpty, clean, empty, the_cluster, with_storage
from benchmarks.tutorial.page import commands_of
from benchmarks.tutorial.report import report
from benchmarks.tutorial.typed import CommandFailed, Typed, type_all

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/tutorial.md"
FOLDERS = ("examples", "charts")


def main() -> int:
    """Print the figures; the exit code is 1 where a bar or a command fails, 2 where refused."""
    cluster = the_cluster()
    try:
        empty(cluster)
    except NotEmpty as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    try:
        with_storage(cluster)
        with TemporaryDirectory() as name:
            folder = Path(name)
            for part in FOLDERS:
                (folder / part).symlink_to(ROOT / part)
            commands = commands_of(PAGE.read_text())
            typed = type_all(commands, folder, cluster.environment(folder), 2 * ALL_SECONDS)
    except CommandFailed as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    finally:
        clean(cluster)
    return _told(typed)


def _told(typed: tuple[Typed, ...]) -> int:
    found = bars(typed)
    sys.stdout.write(f"{report(typed, found)}\n")
    return int(not all(bar.holds for bar in found))


if __name__ == "__main__":
    sys.exit(main())
