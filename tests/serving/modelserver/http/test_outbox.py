"""Writes of one block go out at its end, in order."""

from __future__ import annotations

import pytest

from modelserver.http.outbox import Outbox


class Client:
    """Notes what it is sent."""

    def __init__(self, *, gone: bool = False) -> None:
        self.sent: list[bytes] = []
        self.gone = gone

    def write(self, data: bytes) -> None:
        """Noted."""
        assert not self.gone
        self.sent.append(data)

    def is_closing(self) -> bool:
        """Whether it has left."""
        return self.gone


def test_writes_at_once() -> None:
    """Outside of a block nothing is held."""
    client, outbox = Client(), Outbox()
    outbox.write(client, b"1")
    assert [b"1"] == client.sent


def test_writes_at_the_end_of_a_block() -> None:
    """Within a block everything is held, and keeps its order; who has left is passed over."""
    client, gone, outbox = Client(), Client(gone=True), Outbox()
    with outbox:
        outbox.write(client, b"1")
        outbox.write(gone, b"2")
        outbox.write(client, b"3")
        assert [] == client.sent
    assert [b"1", b"3"] == client.sent
    outbox.write(client, b"4")
    assert [b"1", b"3", b"4"] == client.sent


def test_flush_within_a_block() -> None:
    """A connection that ends within a block gets what it is owed before it is closed."""
    client, outbox = Client(), Outbox()
    with outbox:
        outbox.write(client, b"1")
        outbox.flush()
        assert [b"1"] == client.sent
        outbox.write(client, b"2")
    assert [b"1", b"2"] == client.sent


def test_a_block_within_a_block() -> None:
    """Its end sends all that is held, and what comes after it goes out at once."""
    client, outbox = Client(), Outbox()
    with outbox:
        outbox.write(client, b"1")
        with outbox:
            outbox.write(client, b"2")
            assert [] == client.sent
        assert [b"1", b"2"] == client.sent
        outbox.write(client, b"3")
        assert [b"1", b"2", b"3"] == client.sent


def test_a_fault_in_a_block_loses_nothing() -> None:
    """What was answered before the fault is sent."""
    client, outbox = Client(), Outbox()
    with pytest.raises(ZeroDivisionError), outbox:
        _write_and_fail(outbox, client)
    assert [b"1"] == client.sent


def _write_and_fail(outbox: Outbox, client: Client) -> None:
    outbox.write(client, b"1")
    _ = 1 / 0
