"""Routers come and go under load on the real node; so do versions without one.

Proves: benchmarks/traffic/scenes.py, benchmarks/traffic/place.py
Proves: benchmarks/traffic/disturbing.py
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.traffic.__main__ import walked
from benchmarks.traffic.report import shown

pytestmark = [pytest.mark.cluster]
SCENES = ("canary, 5 and 50 %", "immediate")
"""`python -m benchmarks.traffic` has all of them."""
PER_SECOND = 40


async def test_no_request_is_lost_while_the_service_is_led_elsewhere(tmp_path: Path) -> None:
    """On connections that are kept, on one for each request, and over gRPC."""
    found = await walked(tmp_path, SCENES, PER_SECOND)
    assert found.holds, shown(found)
