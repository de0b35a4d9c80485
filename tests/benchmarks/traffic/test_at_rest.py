"""When is there no hop at rest?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.traffic.at_rest import AtRest

SAME = AtRest((0.4, -2.0, 2.0), (-0.2, -1.0, 1.0), 0)


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        pytest.param({}, True, id="the same"),
        pytest.param({"rate": (-5.1, -6.0, -4.0)}, False, id="fewer requests a second"),
        pytest.param({"p50": (5.1, 4.0, 6.0)}, False, id="later answers"),
        pytest.param({"routers": 2}, False, id="routers"),
    ],
)
def test_the_service_is_as_quick_as_the_pod(changes: dict[str, Any], *, holds: bool) -> None:
    """Within 5 % in the median, and no router is there."""
    found = replace(SAME, **changes)
    assert holds is found.holds
    assert f"{found.routers} routers" in found.sentence()
