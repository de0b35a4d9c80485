"""A router's cost beside an Envoy that only passes requests on."""

from __future__ import annotations

from pathlib import Path

import pytest
from routed_servers import answer, answering

from benchmarks.traffic.proxying import Cost, minimal


def test_the_minimal_envoy_passes_requests_on(tmp_path: Path) -> None:
    """With nothing between."""
    with answering("model") as port, minimal(port, tmp_path) as (own, _):
        assert (200, "model") == answer(f"127.0.0.1:{own}")


@pytest.mark.parametrize(("times", "holds"), [(1.5, True), (1.51, False)])
def test_a_router_may_cost_half_as_much_again(times: float, *, holds: bool) -> None:
    """In the median of the rounds."""
    cost = Cost(150, 100, (times, 1.0, 2.0))
    assert holds is cost.holds
    assert "times" in cost.sentence()
