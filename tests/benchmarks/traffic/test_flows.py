"""Where the node led a connection."""

from __future__ import annotations

import asyncio
import threading

from benchmarks.traffic.flows import NOBODY, Flows, led_to

SERVICE = "10.96.31.7"
TABLE = """\
ipv4     2 tcp      6 112 SYN_SENT src=10.89.0.1 dst=10.96.31.7 sport=40001 dport=80 [UNREPLIED] src=10.88.0.9 dst=10.89.0.1 sport=8080 dport=40001 mark=0 zone=0 use=2
ipv4     2 tcp      6 9 CLOSE src=10.89.0.1 dst=10.96.31.7 sport=40002 dport=80 src=10.88.0.8 dst=10.89.0.1 sport=8080 dport=40002 [ASSURED] mark=0 zone=0 use=2
ipv4     2 tcp      6 86399 ESTABLISHED src=10.89.0.1 dst=10.96.0.1 sport=40003 dport=443 src=10.89.0.1 dst=10.89.0.1 sport=6443 dport=40003 [ASSURED] mark=0 zone=0 use=2
ipv4     2 udp      17 5 src=10.88.0.8 dst=10.96.31.7 sport=40004 dport=53 src=10.88.0.2 dst=10.88.0.8 sport=53 dport=40004 mark=0 zone=0 use=2
"""  # noqa: E501  (as the kernel writes it)


def test_the_pod_behind_each_connection_of_the_service_is_told() -> None:
    """Connections of other Services are not, nor is what is no connection."""
    found = led_to(TABLE.splitlines(), SERVICE)
    assert {40001: "10.88.0.9 SYN_SENT", 40002: "10.88.0.8 CLOSE"} == found


async def test_who_asks_at_once_shares_a_look() -> None:
    """A connection that is not in the table was led to nobody."""
    looks, go_on = 0, threading.Event()

    def read() -> str:
        nonlocal looks
        looks += 1
        go_on.wait(10)
        return TABLE

    flows = Flows(SERVICE, read)
    asked = [asyncio.create_task(flows.of(port)) for port in (40001, 40002, 50000, 0)]
    await asyncio.sleep(0)
    go_on.set()
    assert ["10.88.0.9 SYN_SENT", "10.88.0.8 CLOSE", NOBODY, ""] == await asyncio.gather(*asked)
    assert 1 == looks
    assert "10.88.0.9 SYN_SENT" == await flows.of(40001)
    assert 2 == looks


async def test_a_kernel_without_the_table_tells_nothing() -> None:
    """Which is no reason to lose the figures."""

    def read() -> str:
        raise FileNotFoundError

    assert "" == await Flows(SERVICE, read).of(40001)
