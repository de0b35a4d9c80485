"""Two installations that look after one namespace, as real processes on a real API server.

Proves: operator/trainyard/reconciling/installations.py
"""

from __future__ import annotations

from itertools import cycle

import pytest
from cluster.rig import Operator, Yard, eventually

pytestmark = pytest.mark.cluster


async def test_two_installations_stop_and_say_so_until_one_is_left(
    here: Yard, operator: Operator
) -> None:
    """As soon as both have written a status: neither undoes what the other did for ever."""
    second = here.operator()
    second.environment["TRAINYARD_INSTALLATION"] = "second"
    await second.start()
    await here.apply_toy("a", color="red")
    await here.settled({"a": "red"})
    colors = cycle(("blue", "red"))

    async def told() -> None:
        if ("True", "LookedAfterTwice") != await here.condition("a", "Stalled"):
            await here.apply_toy("a", color=next(colors))
            raise AssertionError(await here.snapshot())

    await eventually(told)
    before = len(here.proxy.writes())
    await here.apply_toy("a", color="green")
    toy = await here.cluster.get("Toy", here.namespace, "a") or {}
    (stalled,) = (c for c in toy["status"]["conditions"] if c["type"] == "Stalled")
    assert f"{here.namespace}/default and {here.namespace}/second" in stalled["message"]
    assert len(here.proxy.writes()) - before <= 2  # the condition's observedGeneration
    assert 0 == await second.stop()
    await operator.stop()
    await operator.start()
    await here.settled({"a": "green"})
