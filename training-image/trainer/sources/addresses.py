"""Which network addresses may a source lie at?"""

from __future__ import annotations

import ipaddress
import socket

from trainer.pod.exits import MachineFault, Reason, UserFault

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Metadata services outside the link-local ranges: AWS over IPv6, Alibaba Cloud, Oracle Cloud.
_METADATA = frozenset(
    ipaddress.ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "192.0.0.192")
)


def is_allowed(address: Address) -> bool:
    """False for addresses that could hand out the node's credentials or reach nobody.

    Private addresses are allowed: sources inside the cluster have them.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_allowed(inner)
    return not (
        address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address in _METADATA
    )


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Every address of the host, all of them allowed.

    Raises UserFault SourceForbidden when one is not, MachineFault when the name has none today.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise MachineFault(
            Reason.SOURCE_UNREACHABLE, f"host {host} of the source has no address: {error.strerror}"
        ) from error
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in addresses:
        if not is_allowed(ipaddress.ip_address(text.partition("%")[0])):
            raise UserFault(
                Reason.SOURCE_FORBIDDEN,
                f"host {host} of the source is {text}: link-local, metadata and multicast addresses"
                " are refused; name a data server",
            )
    return addresses
