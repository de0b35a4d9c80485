"""How long is waited for what may never come."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.faults.patience import MOST_WRITES, NeverCame, Patience


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A look takes no time here: it is counted, whatever the clock says."""

    async def at_once(_seconds: float) -> None:
        return

    with monkeypatch.context() as patched:
        patched.setattr("benchmarks.faults.patience.asyncio.sleep", at_once)
        yield


async def test_what_moves_is_waited_for() -> None:
    """However many looks it takes; each write begins the waiting anew."""
    waiting = Patience(seconds=2)
    for number in range(500):
        await waiting.look(number // 4, number, "x")
    assert waiting.quiet_seconds == 1.5


async def test_what_stands_still_is_given_up() -> None:
    """With what was awaited, after so many looks at nothing."""
    waiting = Patience(seconds=2)
    for number in range(5):
        await waiting.look(7, number, "no canary")
    with pytest.raises(NeverCame, match="no canary: nothing written for 2 s of looking"):
        await waiting.look(7, 5, "no canary")


async def test_an_operator_without_a_processor_is_waited_for() -> None:
    """Looks at which it does not answer say nothing of it; it has ten times as many of them."""
    waiting = Patience(seconds=2)
    for number in range(40):
        await waiting.look(7, number // 10, "no canary")
    assert 1.5 == waiting.quiet_seconds
    await waiting.look(7, 3, "no canary")
    with pytest.raises(NeverCame, match="no canary: no operator answered"):
        await waiting.look(7, 3, "no canary")


async def test_writing_without_an_end_is_given_up() -> None:
    """Something that is written again and again gets nowhere."""
    waiting = Patience(seconds=2)
    await waiting.look(MOST_WRITES, 1, "x")
    with pytest.raises(NeverCame, match="1001 writes, and still going on"):
        await waiting.look(MOST_WRITES + 1, 2, "x")
