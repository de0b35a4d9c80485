"""What the tests of batches share: a model that fails on strange rows, and a batcher of it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest
from serving_watched_model import Watched, brittle_model

from modelbundle.prediction import Runtime
from modelbundle.rows import Rows
from modelserver.batches.batching import Batcher


@pytest.fixture(scope="session")
def brittle() -> tuple[Runtime, Rows]:
    """A model that raises on values outside of what it saw, and rows it likes."""
    return brittle_model()


@pytest.fixture
def watched(brittle: tuple[Runtime, Rows]) -> Watched:
    """The same model, watched."""
    return Watched(brittle[0])


@pytest.fixture
async def batcher(watched: Watched) -> AsyncIterator[Batcher]:
    """A batcher of at most ten rows."""
    made = Batcher(watched, 10, time.perf_counter)
    yield made
    made.close()
