"""What the tests of training share: a pod, and an ingest."""

from __future__ import annotations

from pathlib import Path

import pytest
from ingests import Rig
from training_pod import Pod


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    """A pod with an empty store."""
    return Pod(tmp_path)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """An empty source and an empty store."""
    return Rig(tmp_path)
