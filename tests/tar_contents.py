"""The files of an archive that a test reads again."""

from __future__ import annotations

import tarfile
from pathlib import Path


def contents(archive: Path) -> dict[str, bytes]:
    """What each file of the archive holds; raises AssertionError for anything but a file."""
    found = {}
    with tarfile.open(archive) as tar:
        for name in tar.getnames():
            file = tar.extractfile(name)
            assert file is not None, name
            found[name] = file.read()
    return found
