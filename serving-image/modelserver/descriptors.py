"""How many connections may this process have open? The kernel counts them among its files."""

from __future__ import annotations

import resource
from typing import Final

from modelserver.http.connections import PROBE_ONLY_CONNECTIONS

# Libraries, logs, the second port and its connections, a collector of spans, and probes.
_BESIDES: Final = PROBE_ONLY_CONNECTIONS + 192


def connections_that_fit(wanted: int) -> int:
    """So many of them can be open beside everything else, at least one.

    The soft limit of open files is raised for them as far as the hard one lets it: many runtimes
    start a container with 1,024.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = soft_limit_for(wanted, soft, hard)
    if needed != soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    if needed == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, needed - _BESIDES))


def soft_limit_for(connections: int, soft: int, hard: int) -> int:
    """The soft limit to set: never lower than it is, never higher than the hard one."""
    needed = connections + _BESIDES
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return soft
    return needed if hard == resource.RLIM_INFINITY else min(needed, hard)
