"""What does a request cost here or there, on a machine that others use too? Short turns, by lot."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.serving.load import Target, closed_loop
from benchmarks.serving.process import PinnedServer

READY = b"GET /v2/health/ready HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """A server, and the requests it is sent in turn."""

    server: PinnedServer
    requests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn gave: CPU seconds of the server per answer, and answers per second."""

    cpu: float
    rate: float


Rounds = Sequence[Mapping[str, Turn]]


def rounds_of_turns(
    asked: Mapping[str, Asked], rounds: int, seconds: float, warm_up: float, rest: float = 0.0
) -> Rounds:
    """In every round each is asked for so many seconds over 64 connections, one after the other.

    `rest`: seconds after a turn in which a server does what it has put off; its CPU time counts.
    Raises RuntimeError for an answer that is not 200.
    """
    for each in asked.values():
        _turn(each, warm_up, rest)
    kinds = list(asked)
    return [
        {kind: _turn(asked[kind], seconds, rest) for kind in random.sample(kinds, len(kinds))}
        for _ in range(rounds)
    ]


def _turn(asked: Asked, seconds: float, rest: float) -> Turn:
    server = asked.server
    clocks = [_clock_of(process.number) for process in server.tree.processes()]
    before = sum(time.clock_gettime(clock) for clock in clocks)
    result = closed_loop(Target(server.port, asked.requests), _CONNECTIONS, seconds)
    if result.wrong:
        raise RuntimeError(f"{result.wrong} requests were not answered with 200")
    time.sleep(rest)
    used = sum(time.clock_gettime(clock) for clock in clocks) - before
    return Turn(used / len(result.latencies), result.rate)


def _clock_of(process: int) -> int:
    """The CPU clock of a process, all its threads, in nanoseconds: clock_getcpuclockid(3)."""
    return (~process << 3) | 2


@contextmanager
def core_of_servers() -> Iterator[int]:
    """The core of the servers; meanwhile this process keeps to another, where there is one."""
    cores = os.sched_getaffinity(0)
    first, *others = sorted(cores)
    os.sched_setaffinity(0, others[:1] or {first})
    try:
        yield first
    finally:
        os.sched_setaffinity(0, cores)
