"""Signals are levels: up while a monitored value is bad, gone with the version."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from serving_yard import ServingYard

from trainyard.api.v1alpha1.signals import Signal, SignalKind
from trainyard.model_deployments.monitoring.signals import signal_id

QUALITY: dict[str, Any] = {
    "monitoring": {
        "quality": {
            "prometheus": {"query": 'accuracy{revision="$(revision)"}', "min": "0.9"},
            "intervalSeconds": 10,
            "failureLimit": 3,
        }
    }
}


async def watched() -> ServingYard:
    """Return a yard with a quality monitor whose values are good."""
    yard = ServingYard(spec=deepcopy(QUALITY))
    yard.publish("a")
    yard.numbers = {f'accuracy{{revision="{yard.name("a")}"}}': 0.95}
    await yard.run(60)
    return yard


def raised(yard: ServingYard) -> tuple[Signal, ...]:
    """Return the signals that are up."""
    return yard.resource.status.signals


def set_accuracy(yard: ServingYard, value: float, letter: str = "a") -> None:
    """Have Prometheus say this from now on."""
    yard.numbers = {f'accuracy{{revision="{yard.name(letter)}"}}': value}


async def test_a_bad_value_three_times_in_a_row_raises_the_signal() -> None:
    """Its id names deployment, stable revision and kind; going down takes as many good ones."""
    yard = await watched()
    assert () == raised(yard)
    set_accuracy(yard, 0.5)
    await yard.run(15)
    assert () == raised(yard)
    await yard.run(25)
    signals = raised(yard)
    assert [f"owner-uid.{yard.name('a')}.Quality"] == [s.id for s in signals]
    assert "0.5 is below 0.9" in signals[0].message
    set_accuracy(yard, 0.95)
    await yard.run(45)
    assert () == raised(yard)
    assert ["SignalRaised", "SignalCleared"] == [r for r, _ in yard.events][-2:]


async def test_a_service_that_stays_well_is_never_written_again() -> None:
    """The monitor asks on, and its answers, which differ a little, leave the status alone."""
    yard = await watched()
    before = yard.resource.status
    set_accuracy(yard, 0.96)
    await yard.run(120)
    assert before == yard.resource.status


@pytest.mark.parametrize("value", [float("nan"), float("inf")], ids=["NaN", "Inf"])
async def test_what_is_no_number_raises_and_clears_nothing(value: float) -> None:
    """No evidence leaves the level where it is."""
    yard = await watched()
    set_accuracy(yard, value)
    await yard.run(100)
    assert () == raised(yard)


async def test_an_unreachable_prometheus_keeps_a_raised_signal() -> None:
    """The level stays, and nothing is told again."""
    yard = await watched()
    set_accuracy(yard, 0.5)
    await yard.run(60)
    events = len(yard.events)
    yard.numbers = {}
    await yard.run(100)
    assert 1 == len(raised(yard))
    assert events == len(yard.events)


async def test_a_signal_goes_with_the_version() -> None:
    """Another stable revision has a clean sheet."""
    yard = await watched()
    set_accuracy(yard, 0.5)
    await yard.run(60)
    yard.publish("b")
    await yard.until(300, b=100)
    assert () == raised(yard)


def test_ids_differ_by_revision_and_kind() -> None:
    """The id is what a TrainingJob remembers of a signal."""
    resource = ServingYard().resource
    ids = {signal_id(resource, r, kind) for r in ("r1", "r2") for kind in SignalKind}
    assert 2 * len(SignalKind) == len(ids)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"query": "precision", "min": "0.9"}, id="another query"),
        pytest.param(
            {"query": 'accuracy{revision="$(revision)"}', "min": "0.8"}, id="other bounds"
        ),
    ],
)
async def test_what_is_judged_anew_is_counted_anew(change: dict[str, str]) -> None:
    """Neither bad values nor a signal of what was judged before are left."""
    yard = await watched()
    set_accuracy(yard, 0.5)
    await yard.run(40)
    assert 1 == len(raised(yard))
    yard.raw["spec"]["monitoring"]["quality"]["prometheus"] = change
    yard.numbers = {"precision": 0.5, f'accuracy{{revision="{yard.name("a")}"}}': 0.5}
    await yard.run(15)
    assert () == raised(yard)
    await yard.run(25)
    assert 1 == len(raised(yard))


async def test_how_often_it_is_asked_changes_no_count() -> None:
    """It is the same that is judged."""
    yard = await watched()
    set_accuracy(yard, 0.5)
    await yard.run(40)
    yard.raw["spec"]["monitoring"]["quality"]["intervalSeconds"] = 20
    await yard.run(10)
    assert 1 == len(raised(yard))
