"""What the tests of bundles share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from serving_bundles import Sample


@pytest.fixture
def copy(tumours_sample: Sample, tmp_path: Path) -> Path:
    """A bundle with both formats that may be changed or damaged."""
    return Path(shutil.copytree(tumours_sample.directory, tmp_path / "copy"))
