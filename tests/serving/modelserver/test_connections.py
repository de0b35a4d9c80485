"""Deadlines of open connections."""

from __future__ import annotations

from modelserver.connections import NEVER, Connections


class Silent:
    """A connection that notes what it is told."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.told: list[str] = []

    def expire(self) -> None:
        """Noted."""
        self.told.append("expire")

    def finish(self) -> None:
        """Noted."""
        self.told.append("finish")

    def abort(self) -> None:
        """Noted."""
        self.told.append("abort")


def test_only_those_past_their_deadline_expire() -> None:
    """Before now, not at it."""
    connections = Connections(0.0)
    early, exact, never = Silent(4.9), Silent(5.0), Silent(NEVER)
    for connection in (early, exact, never):
        connections.add(connection)
    connections.sweep(5.0)
    assert (5.0, ["expire"], [], []) == (connections.now, early.told, exact.told, never.told)


def test_what_has_left_is_told_nothing() -> None:
    """Discarding twice is fine."""
    connections = Connections(0.0)
    gone, stays = Silent(1.0), Silent(NEVER)
    connections.add(gone)
    connections.add(stays)
    connections.discard(gone)
    connections.discard(gone)
    connections.sweep(2.0)
    connections.finish()
    connections.abort()
    assert (1, [], ["finish", "abort"]) == (len(connections), gone.told, stays.told)
