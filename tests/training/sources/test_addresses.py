"""From which addresses data may come."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from trainer.pod.exits import MachineFault, Reason, UserFault
from trainer.sources.addresses import is_allowed, resolve


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("169.254.169.254", id="the metadata service of most clouds"),
        pytest.param("::ffff:169.254.169.254", id="the same, written as IPv6"),
        pytest.param("2002:a9fe:a9fe::1", id="the same, inside a 6to4 address"),
        pytest.param("fd00:ec2::254", id="the metadata service of AWS over IPv6"),
        pytest.param("100.100.100.200", id="the metadata service of Alibaba Cloud"),
        pytest.param("fe80::1", id="an IPv6 link-local address"),
        pytest.param("0.0.0.0", id="no address at all"),
        pytest.param("224.0.0.1", id="a multicast group"),
    ],
)
def test_addresses_that_hand_out_credentials_are_refused(address: str) -> None:
    """However the address is written."""
    assert not is_allowed(ip_address(address))


@pytest.mark.parametrize("address", ["10.96.0.10", "93.184.216.34", "2001:db8::1", "192.168.1.5"])
def test_servers_inside_and_outside_the_cluster_are_allowed(address: str) -> None:
    """Private addresses are where a cluster's own data lies."""
    assert is_allowed(ip_address(address))


def test_a_host_at_a_refused_address_is_named() -> None:
    """The fault shows host and address."""
    with pytest.raises(UserFault, match=r"host 169\.254\.169\.254 .* refused") as raised:
        resolve("169.254.169.254", 80)
    assert Reason.SOURCE_FORBIDDEN == raised.value.reason


def test_a_name_without_an_address_may_have_one_later() -> None:
    """A failing look-up is retried, not the user's fault for ever."""
    with pytest.raises(MachineFault, match=r"nowhere\.invalid"):
        resolve("nowhere.invalid", 80)
