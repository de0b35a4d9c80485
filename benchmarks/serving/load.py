"""How fast does a server answer requests, asked again and again?

An epoll loop over plain sockets: about 6 µs of this process per request, so that one core of it
keeps a server on another core busy up to about 100,000 requests a second. Closed loop: each of `c`
connections asks again when it is answered. Open loop: requests are due at a fixed rate whether or
not earlier ones are answered, and the time counts from when they were due, so that a server that
stops answering for a while cannot hide what that would have cost.
"""

from __future__ import annotations

import re
import select
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RECEIVE = 1 << 18
_PATIENCE = 60.0
_MORE = 10.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where to ask, and what: complete HTTP requests, sent in turn."""

    port: int
    requests: tuple[bytes, ...]
    host: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Result:
    """What one run gave: seconds it took, one latency per good answer, wrong or lost answers.

    `busy`: the share of that time that this process worked.
    """

    seconds: float
    latencies: list[float] = field(repr=False)
    wrong: int
    busy: float

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

    def __init__(self, target: Target) -> None:
        address = (target.host, target.port)
        self.socket = socket.create_connection(address, timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.parts = b""
        self.due = 0.0
        self.whole = 0

    def received(self) -> bool | None:
        """True for a complete 200, False for another answer or the end, None for a part of one."""
        try:
            data = self.socket.recv(_RECEIVE)
        except OSError:
            return False
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


class _Callers:
    """All connections of a run and the requests they send in turn."""

    def __init__(self, target: Target, connections: int) -> None:
        self._target = target
        self._sent = 0
        self._poll = select.epoll()
        self._by_number: dict[int, _Caller] = {}
        try:
            for _ in range(connections):
                self._add()
        except OSError:
            self.close()
            raise

    def all(self) -> list[_Caller]:
        """Every connection."""
        return list(self._by_number.values())

    def send(self, caller: _Caller, due: float) -> None:
        """The next request is on its way; its time counts from `due`."""
        caller.due = due
        requests = self._target.requests
        caller.socket.sendall(requests[self._sent % len(requests)])
        self._sent += 1

    def answered(self, wait: float) -> list[tuple[_Caller, bool]]:
        """Connections whose answer is complete, and whether it was good.

        After a wrong answer a new connection takes the place of the old one.
        """
        found = []
        for number, _ in self._poll.poll(wait):
            caller = self._by_number[number]
            good = caller.received()
            if good is None:
                continue
            if not good:
                self._poll.unregister(number)
                self._by_number.pop(number).socket.close()
                caller = self._add()
            found.append((caller, good))
        return found

    def close(self) -> None:
        """No connection is left."""
        for caller in self._by_number.values():
            caller.socket.close()
        self._poll.close()

    def _add(self) -> _Caller:
        caller = _Caller(self._target)
        self._by_number[caller.socket.fileno()] = caller
        self._poll.register(caller.socket, select.EPOLLIN)
        return caller


def closed_loop(target: Target, connections: int, seconds: float) -> Result:
    """The result of asking from this many connections for this long.

    Longer, up to ten seconds more, when a slow server has not answered each of them once.
    """

    def loop(callers: _Callers, latencies: list[float]) -> int:
        wrong = 0
        clock = time.perf_counter
        started = clock()
        for caller in callers.all():
            callers.send(caller, clock())
        while (took := clock() - started) < seconds or (
            len(latencies) + wrong < connections and took < seconds + _MORE
        ):
            for caller, good in callers.answered(1.0):
                now = clock()
                if good:
                    latencies.append(now - caller.due)
                else:
                    wrong += 1
                callers.send(caller, now)
        return wrong

    return _timed(target, connections, loop)


def open_loop(target: Target, connections: int, seconds: float, rate: float) -> Result:
    """The result of `rate` requests a second, due at even times, over these connections.

    Answers that did not come within three times the seconds, and five more, count as lost.
    """
    total = max(1, int(rate * seconds))

    def loop(callers: _Callers, latencies: list[float]) -> int:
        idle = deque(callers.all())
        wrong = sent = 0
        clock = time.perf_counter
        started = clock()
        while len(latencies) + wrong < total and clock() - started < 3 * seconds + 5:
            now = clock() - started
            while idle and sent < total and sent / rate <= now:
                callers.send(idle.popleft(), started + sent / rate)
                sent += 1
            wait = max(0.0, sent / rate - (clock() - started)) if idle and sent < total else 0.1
            # epoll waits in whole milliseconds, rounded up: the last one or two are spent looking.
            for caller, good in callers.answered(max(0, int(1000 * wait) - 1) / 1000):
                idle.append(caller)
                if good:
                    latencies.append(clock() - caller.due)
                else:
                    wrong += 1
        return total - len(latencies)

    return _timed(target, connections, loop)


def _timed(
    target: Target, connections: int, loop: Callable[[_Callers, list[float]], int]
) -> Result:
    callers = _Callers(target, connections)
    latencies: list[float] = []
    started, worked = time.perf_counter(), time.process_time()
    try:
        wrong = loop(callers, latencies)
        took = time.perf_counter() - started
        return Result(took, latencies, wrong, (time.process_time() - worked) / took)
    finally:
        callers.close()
