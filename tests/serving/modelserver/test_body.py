"""Bodies from senders nobody trusts."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from modelserver.body import Budget, ClientGone, check_head, check_head_size, read_body
from modelserver.refusals import RequestRefused


class Sender:
    """Sends these messages, then nothing for ever."""

    def __init__(self, *messages: MutableMapping[str, Any]) -> None:
        self.messages = list(messages)

    async def __call__(self) -> MutableMapping[str, Any]:
        """The next message."""
        if not self.messages:
            await asyncio.sleep(3600)
        return self.messages.pop(0)


def part(body: bytes, more: bool = True) -> dict[str, Any]:
    """A part of a body."""
    return {"type": "http.request", "body": body, "more_body": more}


async def test_parts_are_put_together() -> None:
    """In order."""
    assert await read_body(Sender(part(b"ab"), part(b"c", more=False)), Budget(9), 3, 1.0) == b"abc"


async def test_one_byte_too_many_is_413() -> None:
    """Also without a declared length."""
    with pytest.raises(RequestRefused, match="larger than 3 bytes") as caught:
        await read_body(Sender(part(b"ab"), part(b"cd")), Budget(9), 3, 1.0)
    assert caught.value.status == 413


async def test_a_body_that_never_ends_is_408() -> None:
    """A slow sender holds a place for a bounded time."""
    with pytest.raises(RequestRefused, match=r"within 0\.05 s") as caught:
        await read_body(Sender(part(b"a")), Budget(9), 3, 0.05)
    assert caught.value.status == 408


async def test_who_leaves_gets_no_answer() -> None:
    """There is nobody to tell."""
    with pytest.raises(ClientGone):
        await read_body(Sender(part(b"a"), {"type": "http.disconnect"}), Budget(9), 3, 1.0)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param((b"content-length", b"11"), 413, id="a declared length over the limit"),
        pytest.param((b"content-length", b"9" * 40), 413, id="an absurd length"),
        pytest.param((b"content-encoding", b"gzip"), 415, id="compressed"),
        pytest.param((b"inference-header-content-length", b"5"), 400, id="binary tensors"),
    ],
)
def test_heads_that_need_no_body(header: tuple[bytes, bytes], status: int) -> None:
    """Refused before anything is read."""
    with pytest.raises(RequestRefused) as caught:
        check_head([header], 10)
    assert status == caught.value.status


def test_usual_heads_pass() -> None:
    """At the limit is within it."""
    check_head([(b"content-length", b"10"), (b"content-encoding", b"identity")], 10)


def test_large_heads_are_431() -> None:
    """Path, query and headers count together."""
    scope = {"raw_path": b"/" + b"a" * 10, "query_string": b"b" * 10, "headers": [(b"n", b"v")]}
    check_head_size(scope, 27)
    with pytest.raises(RequestRefused) as caught:
        check_head_size(scope, 26)
    assert caught.value.status == 431


async def test_all_bodies_share_one_budget() -> None:
    """What is held is not available to others until it is given back: 503 meanwhile."""
    budget = Budget(4)
    held = await read_body(Sender(part(b"abc", more=False)), budget, 9, 1.0)
    with pytest.raises(RequestRefused) as caught:
        await read_body(Sender(part(b"d"), part(b"e", more=False)), budget, 9, 1.0)
    assert caught.value.status == 503
    budget.give_back(len(held))
    assert await read_body(Sender(part(b"wxyz", more=False)), budget, 9, 1.0) == b"wxyz"


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param(
            (part(b"a"), {"type": "http.disconnect"}), ClientGone, id="a client that left"
        ),
        pytest.param((part(b"a"), part(b"bcd")), RequestRefused, id="a body over the limit"),
        pytest.param((part(b"a"),), RequestRefused, id="a body that never ends"),
    ],
)
async def test_a_failed_read_gives_everything_back(
    messages: tuple[dict[str, Any], ...], expected: type[Exception]
) -> None:
    """Bad clients do not use up the memory of good ones."""
    budget = Budget(4)
    with pytest.raises(expected):
        await read_body(Sender(*messages), budget, 3, 0.05)
    budget.take(4)
