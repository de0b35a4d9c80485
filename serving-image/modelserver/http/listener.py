"""How does a listener stop accepting connections without losing those in its backlog?

A connection that the kernel has made and nobody has accepted yet is reset when its port closes, the
request in it included. So a filter on the listening socket first drops packets that ask for a new
connection (SYN), while those under way are completed and accepted. Once the port is closed, clients
whose packets were dropped send them again, as TCP does, and are refused.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from typing import Final

_SO_ATTACH_FILTER: Final = 26
# Classic BPF, see linux/filter.h: (code, jump if true, jump if false, k). Byte 13 of a TCP header
# holds the flags; 2 is SYN. A listening socket sees packets from their TCP header on.
_DROP_SYN: Final = (
    (0x30, 0, 0, 13),  # load the byte
    (0x45, 0, 1, 2),  # SYN? else skip one
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFF_FFFF),  # keep all of it
)


def stop_accepting(listening: int) -> bool:
    """No new connection begins on this listening socket; false where the kernel cannot do that.

    `listening`: its file descriptor. Needs no privilege.
    """
    if sys.platform != "linux":
        return False
    program = b"".join(struct.pack("HBBI", *instruction) for instruction in _DROP_SYN)
    buffer = ctypes.create_string_buffer(program, len(program))
    option = struct.pack("HP", len(_DROP_SYN), ctypes.addressof(buffer))
    with socket.socket(fileno=os.dup(listening)) as twin:
        try:
            twin.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, option)
        except OSError:
            return False
    return True
