"""Through which proxy is a URL read, where the installation has one?"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where it is, and what it wants to be told first."""

    host: str
    port: int
    headers: Mapping[str, str] = field(default_factory=dict)


def proxy_of(scheme: str, host: str) -> Proxy | None:
    """The proxy of HTTP_PROXY or HTTPS_PROXY for the host; None where NO_PROXY names it.

    Read as every client reads them; what holds no host is as good as none.
    """
    said = getproxies_environment()
    parts = urlsplit(said.get(scheme, ""))
    if parts.hostname is None or proxy_bypass(host, said):
        return None
    headers: dict[str, str] = {}
    if parts.username is not None:
        keys = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(keys.encode()).decode()}"
    return Proxy(parts.hostname, parts.port or 80, headers)
