"""Drift raises its signal after some windows in a row, and says what moved."""

from __future__ import annotations

from typing import Any

from builders_serving import NOW
from serving_yard import ServingYard

from trainyard.api.v1alpha1.signals import DriftWindow
from trainyard.clients.exposition import ScrapedSample

WATCHED: dict[str, Any] = {"monitoring": {"drift": {"windowSeconds": 600}}}
HOLDS = ("(-inf, 18.0)", "[18.0, 40.0)", "[40.0, +inf)")


class Live:
    """Counters of one model server that grow by so many rows of each share."""

    def __init__(self, yard: ServingYard) -> None:
        self.counts = [0, 0, 0]
        self.yard = yard
        yard.publish("a")
        self.show()

    def show(self) -> None:
        """Have the servers show the counts."""
        for name, counts in (("total", self.counts), ("reference", (20, 580, 400))):
            family = f"trainyard_feature_bin_{name}"
            self.yard.shown = [s for s in self.yard.shown if s.name != family]
            self.yard.shown += [
                ScrapedSample(family, {"feature": "age", "bin": str(i), "holds": holds}, float(n))
                for i, (holds, n) in enumerate(zip(HOLDS, counts, strict=True))
            ]

    async def window(self, *rows: int) -> None:
        """Let a window pass in which so many rows come into each bin."""
        self.counts = [a + b for a, b in zip(self.counts, rows, strict=True)]
        self.show()
        await self.yard.run(601)


async def watched(**drift: Any) -> Live:
    """Return a deployment whose first version serves and whose first window has begun."""
    live = Live(ServingYard(spec={"monitoring": {"drift": {"windowSeconds": 600} | drift}}))
    await live.yard.run(60)
    return live


def signals(live: Live) -> list[str]:
    """Return the messages of the signals that are up."""
    return [signal.message for signal in live.yard.resource.status.signals]


def last(live: Live) -> DriftWindow:
    """Return the window that was compared last."""
    found = live.yard.resource.status.monitors[0].drift
    assert found is not None
    return found


MOVED = (310, 390, 300)
SAME = (20, 580, 400)


async def test_two_windows_in_a_row_raise_the_signal_and_two_clear_it() -> None:
    """The message names the column and the bins in people's words."""
    live = await watched()
    await live.window(*MOVED)
    assert [] == signals(live)
    await live.window(*MOVED)
    (message,) = signals(live)
    assert message.startswith("1 of 1 columns over 1000 rows drifted: age below 18: 2 % → 31 %")
    assert message.endswith("2 times in a row")
    assert ["age"] == [d.name for d in last(live).drifted]
    assert 2 == last(live).drifted[0].windows
    assert ("below 18", "2", "31") == tuple(last(live).drifted[0].bins[0].model_dump().values())
    await live.window(*SAME)
    assert 1 == len(signals(live))
    await live.window(*SAME)
    assert [] == signals(live)
    assert ["SignalRaised", "SignalCleared"] == [reason for reason, _ in live.yard.events][-2:]


async def test_one_window_in_between_begins_again() -> None:
    """Both have to be bad."""
    live = await watched()
    for rows in (MOVED, SAME, MOVED):
        await live.window(*rows)
    assert [] == signals(live)


async def test_windows_without_evidence_change_nothing() -> None:
    """Neither up nor down; the status says why."""
    live = await watched()
    await live.window(*MOVED)
    await live.window(10, 0, 0)
    assert "10 rows were counted, 500 are needed" == live.yard.resource.status.monitors[0].why
    await live.window(*MOVED)
    assert 1 == len(signals(live))
    await live.window(10, 0, 0)
    await live.window(0, 0, 0)
    assert 1 == len(signals(live))


async def test_the_spec_says_how_much_matters_and_what_may_drift() -> None:
    """Its floor, its windows and its columns."""
    for drift in ({"minEffect": "2"}, {"ignore": ["age"]}, {"minRows": 2000}, {"windows": 3}):
        live = await watched(**drift)
        await live.window(*MOVED)
        await live.window(*MOVED)
        assert [] == signals(live), drift


async def test_the_reference_moves_with_a_promotion() -> None:
    """The new version has a clean sheet and windows of its own."""
    live = await watched()
    await live.window(*MOVED)
    await live.window(*MOVED)
    assert 1 == len(signals(live))
    live.yard.publish("b")
    await live.yard.until(300, b=100)
    await live.yard.run(5)
    assert [] == signals(live)
    assert {live.yard.name("b")} == {m.revision for m in live.yard.resource.status.monitors}


async def test_a_window_is_one_status_and_a_checkpoint_for_each_look() -> None:
    """In between nothing is written, and servers are read at coarse steps."""
    live = await watched()
    await live.window(*SAME)
    writes, asked, looks = live.yard.writes, live.yard.asked, 3
    await live.window(*SAME)
    assert writes + 1 + looks == live.yard.writes
    assert asked == live.yard.asked
    assert last(live).since > NOW
