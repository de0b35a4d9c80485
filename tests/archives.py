"""Archives with given files."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path


def archive_of(folder: Path, files: Mapping[str, bytes]) -> Path:
    """A zip with these files, as `archive` in the folder."""
    with zipfile.ZipFile(folder / "archive", "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return folder / "archive"
