"""How fast does a server answer one request, asked again and again?

An epoll loop over plain sockets: about 6 µs of this process per request, so that one core of it
keeps a server on another core busy up to about 100,000 requests a second. Closed loop: each of `c`
connections asks again when it is answered. Open loop: requests are due at a fixed rate whether or
not earlier ones are answered, and the time counts from when they were due.
"""

from __future__ import annotations

import re
import select
import socket
import time
from collections import deque
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RECEIVE = 1 << 18


@dataclass(frozen=True, slots=True)
class Target:
    """Where to ask, and what: a complete HTTP request."""

    port: int
    request: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """What one run gave: seconds it took, one latency per good answer, wrong or lost answers."""

    seconds: float
    latencies: list[float] = field(repr=False)
    wrong: int

    @property
    def rate(self) -> float:
        """Good answers per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency in seconds that this share of requests did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class _Caller:
    """One connection and the answer it is in the middle of."""

    __slots__ = ("due", "parts", "socket", "whole")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.parts = b""
        self.due = 0.0
        self.whole = 0

    def received(self) -> bool | None:
        """True for a complete 200, False for another answer or the end, None for a part of one."""
        data = self.socket.recv(_RECEIVE)
        if not data:
            return False
        if self.parts:
            data = self.parts + data
        if len(data) != self.whole and not self._complete(data):
            self.parts = data
            return None
        self.parts = b""
        return data.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200"))

    def _complete(self, data: bytes) -> bool:
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return False
        length = _LENGTH.search(data, 0, end + 2)
        if length is None:
            return data.endswith(b"0\r\n\r\n")
        self.whole = end + 4 + int(length[1])
        return len(data) >= self.whole


def closed_loop(target: Target, connections: int, seconds: float) -> Result:
    """The result of asking from this many connections for this long."""
    callers = {}
    poll = select.epoll()
    for _ in range(connections):
        caller = _Caller(target.port)
        callers[caller.socket.fileno()] = caller
        poll.register(caller.socket, select.EPOLLIN)
    latencies: list[float] = []
    wrong = 0
    clock = time.perf_counter
    started = clock()
    for caller in callers.values():
        caller.due = clock()
        caller.socket.sendall(target.request)
    while (now := clock()) - started < seconds:
        for number, _ in poll.poll(1.0):
            caller = callers[number]
            good = caller.received()
            if good is None:
                continue
            now = clock()
            if good:
                latencies.append(now - caller.due)
            else:
                wrong += 1
                _renew(callers, number, poll, target.port)
                caller = callers[max(callers)] if number not in callers else callers[number]
            caller.due = now
            caller.socket.sendall(target.request)
    took = clock() - started
    for caller in callers.values():
        caller.socket.close()
    return Result(took, latencies, wrong)


def _renew(callers: dict[int, _Caller], number: int, poll: select.epoll, port: int) -> None:
    """After a wrong answer, a new connection takes the place of the old one."""
    poll.unregister(number)
    callers.pop(number).socket.close()
    caller = _Caller(port)
    callers[caller.socket.fileno()] = caller
    poll.register(caller.socket, select.EPOLLIN)


def open_loop(target: Target, connections: int, seconds: float, rate: float) -> Result:
    """The result of `rate` requests a second, due at even times, over these connections."""
    callers = {}
    poll = select.epoll()
    idle: deque[_Caller] = deque()
    for _ in range(connections):
        caller = _Caller(target.port)
        callers[caller.socket.fileno()] = caller
        poll.register(caller.socket, select.EPOLLIN)
        idle.append(caller)
    latencies: list[float] = []
    wrong = sent = 0
    clock = time.perf_counter
    started = clock()
    total = int(rate * seconds)
    while len(latencies) + wrong < total and clock() - started < 3 * seconds + 5:
        now = clock() - started
        while idle and sent < total and sent / rate <= now:
            caller = idle.popleft()
            caller.due = started + sent / rate
            caller.socket.sendall(target.request)
            sent += 1
        wait = max(0.0, sent / rate - (clock() - started)) if idle and sent < total else 0.1
        # epoll waits in whole milliseconds: the last one is spent looking.
        for number, _ in poll.poll(wait if wait > 0.0015 else 0.0):
            caller = callers[number]
            good = caller.received()
            if good is None:
                continue
            idle.append(caller)
            if good:
                latencies.append(clock() - caller.due)
            else:
                wrong += 1
    took = clock() - started
    for caller in callers.values():
        caller.socket.close()
    return Result(took, latencies, wrong + total - len(latencies) - wrong)
