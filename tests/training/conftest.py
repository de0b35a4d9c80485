"""What the tests of training share: a pod."""

from __future__ import annotations

from pathlib import Path

import pytest
from training_pod import Pod


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    """A pod with an empty store."""
    return Pod(tmp_path)
