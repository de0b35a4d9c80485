"""`python -m benchmarks.traffic.two_tables`: what does a client meet where a Service has no pod?

In a network namespace of its own (as root, with iptables): routes as the local node has them, and
the rules of kube-proxy for a Service, which writes the table `filter` first and `nat` after it.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from errno import EINPROGRESS, ETIMEDOUT

MODULE = "benchmarks.traffic.two_tables"
APART = "TRAINYARD_TWO_TABLES_APART"
_NODE, _SERVICES, _SERVICE = "10.89.0.1", "10.96.0.0/16", "10.96.0.9"
_SERVICE_PORT, _POD_PORT = 80, 8080
_TO_SERVICE = ("OUTPUT", "-d", f"{_SERVICE}/32", "-p", "tcp", "--dport", str(_SERVICE_PORT))
_REFUSED = (*_TO_SERVICE, "-j", "REJECT")
_LED = (*_TO_SERVICE, "-j", "DNAT", "--to-destination", f"{_NODE}:{_POD_PORT}")
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Met:
    """What became of a connection."""

    begun: str
    errno: int
    """0: it was made."""
    after: float
    """Seconds."""


def main(arguments: Sequence[str]) -> int:
    """Print what was met; the exit code is that of the namespace's process."""
    if arguments:
        print(f"python -m {MODULE}: expected no arguments", file=sys.stderr)
        return 2
    if not os.environ.get(APART):
        words = ("unshare", "--net", sys.executable, "-m", MODULE)
        return subprocess.run(words, check=False, env=os.environ | {APART: "1"}).returncode
    for met in tried():
        what = os.strerror(met.errno) if met.errno else "made"
        print(f"| {met.begun} | {what} | {met.after:.2f} s |")
    return 0


def tried() -> tuple[Met, ...]:
    """Change the rules of this network namespace as kube-proxy does when a pod is ready again."""
    _routes()
    with socket.create_server((_NODE, _POD_PORT)):
        _do("iptables", "-w", "-A", *_REFUSED)
        refused = _begun("while no pod is ready").ended()
        _do("iptables", "-w", "-D", *_REFUSED)
        between = _begun("between the tables")
        _do("iptables", "-w", "-t", "nat", "-A", *_LED)
        return refused, between.ended(), _begun("afterwards").ended()


def _routes() -> None:
    _do("ip", "link", "set", "lo", "up")
    _do("ip", "link", "add", "bridge0", "type", "bridge")
    _do("ip", "address", "add", f"{_NODE}/32", "dev", "bridge0")
    _do("ip", "link", "set", "bridge0", "up")
    _do("ip", "route", "add", _SERVICES, "dev", "bridge0", "src", _NODE)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A connection whose first packet has been sent."""

    when: str
    client: socket.socket
    errno: int
    at: float

    def ended(self) -> Met:
        """Wait for what becomes of it."""
        errno = self.errno
        with self.client:
            if errno == EINPROGRESS:
                _, made, _ = select.select((), (self.client,), (), _PATIENCE_SECONDS)
                errno = self.client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                errno = errno if made else ETIMEDOUT
        return Met(self.when, errno, time.monotonic() - self.at)


def _begun(when: str) -> _Begun:
    client, at = socket.socket(), time.monotonic()
    client.setblocking(False)
    return _Begun(when, client, client.connect_ex((_SERVICE, _SERVICE_PORT)), at)


def _do(*words: str) -> None:
    subprocess.run(words, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
