"""Under which names may the page be asked?

A web page of somebody else can point a name of its own at this address and have a browser read
what stands here. Such a name has a dot and is none of the cluster's, so it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

_INSIDE = (".svc", ".localhost", ".cluster.local")


def is_known_host(header: str, hosts: Sequence[str]) -> bool:
    """Tell whether a request with this Host header may be answered."""
    try:
        name = (urlsplit(f"//{header}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if not name:
        return False
    return "." not in name or name.endswith(_INSIDE) or name in hosts or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
