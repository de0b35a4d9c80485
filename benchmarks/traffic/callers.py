"""Users of one Service at a constant rate, on each kind of connection, and what each of them met.

A request is due at its time whether or not earlier ones are answered; who holds a connection asks
on it for as long as the other side lets it live. Nothing is tried again, but for what the library
for gRPC gives back by itself: calls that a server says it has not begun.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from time import time
from typing import Any

import aiohttp
import grpc

from benchmarks.traffic.flows import Flows

PATIENCE_SECONDS = 20.0
REVISION = "trainyard-revision"
_OWN_CONNECTION = ("grpc.use_local_subchannel_pool", 1)


class Way(StrEnum):
    """How a user is connected."""

    KEPT = "keep-alive"
    ONE_SHOT = "one-shot"
    GRPC = "gRPC"


@dataclass(frozen=True, slots=True)
class Loss:
    """A request without a good answer."""

    at: float
    """When it was known, in seconds since the epoch."""
    after: float
    """Seconds since it was sent."""
    way: Way
    what: str
    """Status and text, or the fault with its number."""
    scene: str
    """What was going on."""
    revision: str = ""
    """Who answered so; empty: no version did."""
    led_to: str = ""
    """The address of the pod to which the node had led the connection, with the connection's state
    as the kernel saw it; empty: unknown."""


@dataclass(slots=True)
class Tally:
    """What the users met; scenes are counted apart."""

    scene: str = ""
    good: Counter[tuple[str, Way]] = field(default_factory=Counter)
    answered_by: Counter[tuple[str, Way, str]] = field(default_factory=Counter)
    """Good answers by scene, way and revision."""
    lost: list[Loss] = field(default_factory=list)

    def note_good(self, way: Way, revision: str) -> None:
        """The version answered."""
        self.good[self.scene, way] += 1
        self.answered_by[self.scene, way, revision] += 1

    def note_lost(self, way: Way, began: float, what: str, revision: str = "") -> int:
        """No good answer came; return which loss it is."""
        now = time()
        self.lost.append(Loss(now, now - began, way, what, self.scene, revision))
        return len(self.lost) - 1

    def note_led(self, number: int, led_to: str) -> None:
        """That loss was of a connection to this pod."""
        self.lost[number] = replace(self.lost[number], led_to=led_to)


@dataclass(frozen=True, slots=True)
class Question:
    """Where users ask what."""

    url: str
    body: str
    grpc_address: str = ""
    """Empty: nobody calls over gRPC."""
    call: Any = None
    """The message of a call."""
    flows: Flows | None = None
    """Who tells where a connection was led; None: nobody."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests a second by way, and how many users share them."""

    per_second: Mapping[Way, float]
    users: int = 8


@asynccontextmanager
async def callers(question: Question, rates: Rates, tally: Tally) -> AsyncIterator[None]:
    """Users ask until the end of the block; what is under way then is waited for."""
    stop = asyncio.Event()
    asked: Mapping[Way, Callable[[Question, Tally], Any]] = {
        Way.KEPT: _kept,
        Way.ONE_SHOT: _one_shot,
        Way.GRPC: _grpc,
    }
    tasks = [
        asyncio.create_task(_user(asked[way](question, tally), rate / rates.users, number, stop))
        for way, rate in rates.per_second.items()
        if rate > 0 and (way is not Way.GRPC or question.grpc_address)
        for number in range(rates.users)
    ]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def _user(user: Any, per_second: float, number: int, stop: asyncio.Event) -> None:
    """Ask at even times; who is late by more than a second skips what is past."""
    loop = asyncio.get_running_loop()
    async with user as ask:
        due = loop.time() + (number % 8) / 8 / per_second
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), max(0.0, due - loop.time()))
            if stop.is_set():
                return
            await ask()
            due = max(due + 1 / per_second, loop.time() - 1)


@asynccontextmanager
async def _kept(question: Question, tally: Tally) -> AsyncIterator[Any]:
    """One connection, renewed when the other side ends it."""
    last = LastSocket()
    connector = aiohttp.TCPConnector(limit=1, socket_factory=last.open)
    async with _session(connector) as session:
        yield lambda: _post(session, question, tally, Way.KEPT, last)


@asynccontextmanager
async def _one_shot(question: Question, tally: Tally) -> AsyncIterator[Any]:
    """A connection for each request."""
    last = LastSocket()
    connector = aiohttp.TCPConnector(force_close=True, limit=0, socket_factory=last.open)
    async with _session(connector) as session:
        yield lambda: _post(session, question, tally, Way.ONE_SHOT, last)


@dataclass(slots=True)
class LastSocket:
    """The newest connection of a user."""

    port: int = 0
    """Of the user's side; 0: there was none yet."""

    def open(self, address: Any) -> socket.socket:
        """Return a socket that tells its port: once an attempt has failed it has none."""
        noted = self

        class Told(socket.socket):
            def connect(self, there: Any, /) -> None:
                try:
                    super().connect(there)
                finally:
                    noted.port = self.getsockname()[1]

        family, kind, protocol, *_ = address
        return Told(family, kind, protocol)


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    return aiohttp.ClientSession(connector=connector, timeout=timeout)


async def _post(
    session: aiohttp.ClientSession, question: Question, tally: Tally, way: Way, last: LastSocket
) -> None:
    began = time()
    try:
        async with session.post(question.url, data=question.body) as answer:
            text = await answer.text()
            revision = answer.headers.get(REVISION, "")
            if answer.status == 200:
                tally.note_good(way, revision)
            else:
                tally.note_lost(way, began, f"{answer.status} {text[:200]}", revision)
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        lost = tally.note_lost(way, began, _told(fault))
        if question.flows is not None:
            tally.note_led(lost, await question.flows.of(last.port))


def _told(fault: BaseException) -> str:
    number = getattr(fault, "errno", None)
    return f"{type(fault).__name__} errno={number} {fault}"


@asynccontextmanager
async def _grpc(question: Question, tally: Tally) -> AsyncIterator[Any]:
    """One connection, as the library keeps it."""
    from tritonclient.grpc import service_pb2_grpc  # noqa: PLC0415  (where nobody calls it is not there)

    options = (_OWN_CONNECTION,)
    async with grpc.aio.insecure_channel(question.grpc_address, options=options) as channel:
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)

        async def ask() -> None:
            began = time()
            call = stub.ModelInfer(question.call, timeout=PATIENCE_SECONDS)
            try:
                await call
                names = dict(await call.trailing_metadata())
            except grpc.RpcError as fault:
                names = dict(fault.trailing_metadata() or ())
                what = f"{fault.code().name} {fault.details()}"
                tally.note_lost(Way.GRPC, began, what, str(names.get(REVISION, "")))
            else:
                tally.note_good(Way.GRPC, str(names.get(REVISION, "")))

        yield ask
