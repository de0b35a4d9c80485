"""Deadlines of open connections."""

from __future__ import annotations

from modelserver.http.connections import NEVER, PROBE_ONLY_CONNECTIONS, Connections


class Silent:
    """A connection that notes what it is told."""

    def __init__(self, deadline: float, silent_since: float = NEVER) -> None:
        self.deadline = deadline
        self.silent_since = silent_since
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


def test_one_too_many_takes_the_place_of_the_longest_silent() -> None:
    """Then of the next; busy ones stay."""
    connections = Connections(10.0, 3)
    old, older, busy = Silent(NEVER, 3.0), Silent(NEVER, 1.0), Silent(NEVER)
    assert all(connections.add(connection) for connection in (old, older, busy))
    assert connections.add(Silent(NEVER, 10.0))
    assert ([], ["abort"], []) == (old.told, older.told, busy.told)
    assert connections.add(Silent(NEVER, 10.0))
    assert (["abort"], []) == (old.told, busy.told)
    assert (3, 2) == (len(connections), connections.closed_for_room)


def test_who_has_asked_meanwhile_stays() -> None:
    """Silent when all were looked at, busy when a place is wanted; silent again since is not old.

    With the next sweep all are looked at again.
    """
    connections = Connections(10.0, 3)
    first, second, third = Silent(NEVER, 1.0), Silent(NEVER, 2.0), Silent(NEVER, 3.0)
    for connection in (first, second, third):
        connections.add(connection)
    connections.add(Silent(NEVER))
    second.silent_since, third.silent_since = NEVER, 10.0
    assert not connections.add(Silent(NEVER))
    assert (["abort"], [], []) == (first.told, second.told, third.told)
    connections.sweep(11.0)
    assert connections.add(Silent(NEVER))
    assert ([], ["abort"]) == (second.told, third.told)


def test_with_all_busy_new_connections_are_probe_only() -> None:
    """There are few: one more takes the place of the first. They are swept like all others."""
    connections = Connections(10.0, 1)
    connections.add(Silent(NEVER))
    probe_only = [Silent(5.0, 10.0) for _ in range(PROBE_ONLY_CONNECTIONS + 1)]
    assert {False} == {connections.add(connection) for connection in probe_only}
    assert (["abort"], []) == (probe_only[0].told, probe_only[1].told)
    assert len(connections) == 1 + PROBE_ONLY_CONNECTIONS
    connections.sweep(11.0)
    connections.discard(probe_only[1])
    connections.finish()
    assert (["expire"], ["expire", "finish"]) == (probe_only[1].told, probe_only[2].told)
    assert len(connections) == PROBE_ONLY_CONNECTIONS


def test_connections_that_come_together_leave_one_after_the_other() -> None:
    """Within a tenth of their age, or all with the server."""
    connections = Connections(100.0)
    times = [connections.leaves_at(60.0) for _ in range(200)]
    assert 154.0 <= min(times) < max(times) <= 166.0
    assert NEVER == connections.leaves_at(NEVER)
    connections.sweep(160.0)
    assert [True, False, False] == [connections.is_to_leave(at) for at in (160.0, 161.0, NEVER)]
    connections.draining = True
    assert connections.is_to_leave(NEVER)
