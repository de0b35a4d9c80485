"""Folders of a local cluster that is never started."""

from pathlib import Path

import pytest

from devcluster.places import Places
from devcluster.programs import Programs
from devcluster.progress import Progress

SOURCE = Path(__file__).parents[2] / "devcluster"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Places below a temporary folder, with the repository's own Go modules."""
    return Places(tmp_path / "cache", tmp_path / "state", SOURCE)


@pytest.fixture
def programs(places: Places) -> Programs:
    """Programs whose binaries seem to be built: empty files at the right paths."""
    from devcluster.programs import modules

    found = Programs(places, Progress(quiet=True))
    for module in modules().values():
        folder = found.folder(module)
        folder.mkdir(parents=True)
        for program in module.packages:
            (folder / program).touch()
    return found
