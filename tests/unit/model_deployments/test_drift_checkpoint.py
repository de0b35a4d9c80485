"""The windows of drift are kept where an operator that starts again finds them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from builders_serving import NAME, a_model_deployment
from serving_yard import ServingYard

from trainyard.clients.exposition import ScrapedSample
from trainyard.model_deployments.analysis.bin_counters import BinCounters
from trainyard.model_deployments.drift_checkpoint import checkpoint_actions, checkpoint_in
from trainyard.model_deployments.owned_objects import owned_objects_of

DRIFT: dict[str, Any] = {"monitoring": {"drift": {"windowSeconds": 3600, "minRows": 50}}}
PLACE = "ConfigMap", f"{NAME}-drift"


def shows(yard: ServingYard, low: int, high: int) -> None:
    """Have each server say that it counted so many values."""
    sides = [("0", "(-inf, 18.0)", low), ("1", "[18.0, inf)", high)]
    yard.shown = [
        ScrapedSample(f"trainyard_feature_bin_{kind}", {"feature": "age", "bin": b, "holds": h}, n)
        for kind, reference in (("total", False), ("reference", True))
        for b, h, live in sides
        for n in [500 if reference else live]
    ]


async def watched() -> ServingYard:
    """Return a yard whose window has begun."""
    yard = ServingYard(spec=DRIFT)
    shows(yard, 1000, 1000)
    yard.publish("a")
    await yard.run(60)
    return yard


async def test_a_window_survives_the_operator() -> None:
    """What was counted before it ended is in the finding after it."""
    yard = await watched()
    shows(yard, 1600, 1000)
    await yard.run(1800)
    yard.bins = BinCounters(yard, None)
    shows(yard, 1600, 1010)
    await yard.run(1900)
    (monitor,) = yard.resource.status.monitors
    assert monitor.drift is not None
    assert 610 == monitor.drift.rows
    assert "age" in [column.name for column in monitor.drift.drifted]


async def test_it_is_written_at_looks_alone() -> None:
    """Once in five minutes here, however often a pass happens."""
    yard = await watched()
    writes = []
    for _ in range(6):
        before = yard.writes
        await yard.run(300)
        writes.append(yard.writes - before)
    assert max(writes) <= 1
    kept = checkpoint_in(yard.resource, await owned_objects_of(yard.resource, yard))
    assert yard.bins.checkpoint("team", NAME) == kept


async def test_it_goes_with_the_monitor() -> None:
    """Nothing is left where nothing is watched."""
    yard = await watched()
    assert PLACE in yard.objects
    yard.raw["spec"]["monitoring"] = {}
    await yard.run(10)
    assert PLACE not in yard.objects
    yard.now += timedelta(hours=1)
    await yard.run(10)
    assert PLACE not in yard.objects


def test_nothing_is_written_before_the_first_look() -> None:
    """An operator that just started leaves what is kept alone."""
    assert [] == list(checkpoint_actions(a_model_deployment(**DRIFT), "", None))
