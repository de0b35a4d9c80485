"""What kube-proxy says of its rules."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.traffic.node_rules import rules_noted, rules_of
from benchmarks.traffic.trail import Trail

SYNCED = "kubeproxy_sync_proxy_rules_last_timestamp_seconds"
FAILED = "kubeproxy_sync_proxy_rules_iptables_restore_failures_total"


@pytest.mark.parametrize(
    ("page", "told"),
    [
        pytest.param("", "", id="no kube-proxy"),
        pytest.param(
            f"# TYPE {SYNCED} gauge\n{SYNCED} 1.7e+09\n{FAILED} 0\n",
            "wrote its rules at 1700000000.000",
            id="one family",
        ),
        pytest.param(
            f'{SYNCED}{{ip_family="IPv4"}} 12.5\n{SYNCED}{{ip_family="IPv6"}} 99\n'
            f'{FAILED}{{ip_family="IPv4"}} 2\n',
            "wrote its rules at 12.500, failed 2",
            id="two families, and failures",
        ),
    ],
)
def test_the_last_write_is_told_with_what_failed(page: str, told: str) -> None:
    """Of IPv4: that is what the users speak."""
    assert told == rules_of(page)


async def test_a_router_that_does_not_answer_is_told() -> None:
    """Nobody listens at its address."""
    trail = Trail(routers={"r-1": "127.0.0.1"})
    async with rules_noted(trail), asyncio.timeout(10):
        while not any("r-1" in change.what for change in trail.changes):
            await trail.next_change()
    assert "router/r-1 is silent" in [change.what for change in trail.changes]
