"""What pods send, packet by packet, as this machine sees it: where to, how much, in which words."""

from __future__ import annotations

import ctypes
import json
import socket
import struct
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Event, Thread
from types import TracebackType
from typing import NamedTuple, Self

from cluster_access import run

_ALL, _IPV4, _OUTGOING = 0x0003, 0x0800, 4
_SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 26, 33
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_BUFFER = 256 << 20
_LONGEST = 1 << 18
_TCP, _UDP = 6, 17
_PODS = 0x0A580000
"""10.88.0.0/16: addresses of the local node's pods."""
_SENT_BY_PODS = (
    (0x28, 0, 0, 12),  # the kind of packet
    (0x15, 0, 4, _IPV4),
    (0x20, 0, 0, 26),  # where it comes from
    (0x54, 0, 0, 0xFFFF0000),
    (0x15, 0, 1, _PODS),
    (0x06, 0, 0, _LONGEST),
    (0x06, 0, 0, 0),
)
"""A program of the kernel's (classic BPF): everything else is never handed to this process."""


class Target(NamedTuple):
    """Whom a pod sends something."""

    address: str
    protocol: str
    port: int


@dataclass(slots=True)
class Sent:
    """What a pod sent somebody."""

    payload: int = 0
    """Bytes inside of TCP or UDP."""
    beginnings: dict[int, bytes] = field(default_factory=dict)
    """The first bytes of each connection, by the port that it comes from."""


class Wire:
    """Listens on all devices while the block lasts."""

    def __init__(self, words: Iterable[bytes]) -> None:
        """`words`: what no packet is to have."""
        self._words = tuple(words)
        self._sent: dict[str, dict[Target, Sent]] = defaultdict(lambda: defaultdict(Sent))
        self._over = Event()
        self._thread = Thread(target=self._listen, daemon=True)
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
        self.packets = 0
        self.missed = 0
        """Packets that came too quickly; with any of them nothing is proven."""
        self.betrayed: list[tuple[Target, bytes]] = []
        """Who was sent one of the words."""

    def __enter__(self) -> Self:
        """Begin to listen."""
        steps = b"".join(struct.pack("HBBI", *step) for step in _SENT_BY_PODS)
        program = ctypes.create_string_buffer(steps)
        told = struct.pack("HL", len(_SENT_BY_PODS), ctypes.addressof(program))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, told)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        self._socket.settimeout(0.2)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """All that was heard is counted."""
        self._over.set()
        self._thread.join()
        found = self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        self.missed = struct.unpack("II", found)[1]
        self._socket.close()

    def sent_by(self, device: str) -> dict[Target, Sent]:
        """What the pod at this device sent."""
        return dict(self._sent[device])

    def _listen(self) -> None:
        while True:
            try:
                packet, (device, _, kind, *_) = self._socket.recvfrom(_LONGEST)
            except TimeoutError:
                if self._over.is_set():
                    return
                continue
            if kind != _OUTGOING:  # each packet once: where it comes from its pod
                self._count(device, packet)

    def _count(self, device: str, packet: bytes) -> None:
        self.packets += 1
        start = 14 + (packet[14] & 0x0F) * 4
        protocol, address = packet[23], socket.inet_ntoa(packet[30:34])
        if protocol not in (_TCP, _UDP):
            self._sent[device][Target(address, str(protocol), 0)].payload += len(packet) - start
            return
        source, port = struct.unpack("!HH", packet[start : start + 4])
        size = (packet[start + 12] >> 4) * 4 if protocol == _TCP else 8
        end = 14 + (int.from_bytes(packet[16:18], "big") or len(packet) - 14)
        payload = packet[start + size : end]
        target = Target(address, "TCP" if protocol == _TCP else "UDP", port)
        sent = self._sent[device][target]
        sent.payload += len(payload)
        if payload:
            sent.beginnings.setdefault(source, payload[:16])
        self.betrayed += [(target, word) for word in self._words if word in payload]


def device_of(address: str) -> str:
    """The device of this machine behind which the pod with the address is."""
    (route,) = json.loads(run("ip", "-j", "route", "show", address).stdout)
    return str(route["dev"])
