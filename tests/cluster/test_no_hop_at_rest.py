"""Under load through every change of the Service: no request is lost, on any kind of connection.

Proves: benchmarks/traffic/scenes.py, benchmarks/traffic/place.py
Proves: benchmarks/traffic/disturbing.py
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.traffic.__main__ import walked
from benchmarks.traffic.report import shown
from benchmarks.traffic.scenes import SWITCHES

pytestmark = [pytest.mark.cluster]
PER_SECOND = 60


async def test_no_request_is_lost_while_the_service_is_led_elsewhere(tmp_path: Path) -> None:
    """`python -m benchmarks.traffic` is the long form."""
    found = await walked(tmp_path, SWITCHES, PER_SECOND)
    assert found.holds, shown(found)
