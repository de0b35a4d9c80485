"""The Protocol that observers are written against."""

from __future__ import annotations

import inspect

import pytest

from trainyard.reconciling.world import World
from trainyard.reconciling.worlds import CachedWorld, LiveWorld


@pytest.mark.parametrize("method", ["get", "list"])
@pytest.mark.parametrize("world", [CachedWorld, LiveWorld])
def test_both_worlds_take_what_the_protocol_takes(world: type, method: str) -> None:
    """An observer cannot tell which world it looks at."""
    declared = inspect.signature(getattr(World, method))
    assert declared == inspect.signature(getattr(world, method))
