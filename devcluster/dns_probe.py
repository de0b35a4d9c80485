"""Asks the cluster's DNS for the API server: an answer proves node, pods and Services at once.

Conditions in the API may be left over from before a restart; an answer cannot be.
"""

from __future__ import annotations

import socket
import struct

QUESTION = "kubernetes.default.svc.cluster.local"
IDENTITY = 0x7261


def query(name: str, identity: int) -> bytes:
    """A DNS message that asks for the address of `name` (RFC 1035, section 4)."""
    header = struct.pack(">6H", identity, 0x0100, 1, 0, 0, 0)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return header + labels + b"\0" + struct.pack(">2H", 1, 1)


def has_answer(message: bytes, identity: int) -> bool:
    """The message answers our question without an error, with at least one record."""
    if len(message) < 12:
        return False
    found, flags, _, answers = struct.unpack(">4H", message[:8])
    return bool(found == identity and flags & 0x8000 and not flags & 0x000F and answers)


def dns_answers(server: str) -> bool:
    """The DNS server at `server` knows the API server's Service; never raises."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.5)
        try:
            probe.sendto(query(QUESTION, IDENTITY), (server, 53))
            return has_answer(probe.recv(512), IDENTITY)
        except OSError:
            return False
