"""Who is told of which decision, and what the status says of it.

Proves: operator/trainyard/notifications/posting.py
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from builders_serving import INSTALLATION
from release_stories import QUICK, reason, told
from serving_pods import Behaviour
from serving_yard import ServingYard
from webhook_receivers import outbox_of

from trainyard.api.v1alpha1.notify import DeliveryState
from trainyard.receivers import Receivers

KNOWN = Receivers.model_validate(
    {"ops": {}, "chat": {"format": "Slack"}, "others": {"namespaces": ["elsewhere"]}}
)


def notifying(*notify: dict[str, Any]) -> ServingYard:
    """Return a yard whose deployment tells these."""
    yard = ServingYard(spec=QUICK | {"notify": list(notify)})
    yard.installation = replace(INSTALLATION, receivers=KNOWN)
    return yard


def state(yard: ServingYard, receiver: str = "ops") -> DeliveryState:
    """Return what the status says of a receiver."""
    return next(s for s in yard.resource.status.notifications if s.receiver == receiver)


async def test_each_decision_is_told_once_in_its_order() -> None:
    """From the first on, and each entry has its number."""
    yard = notifying({"receiver": "ops"})
    yard.publish("a")
    await yard.run(60)
    yard.publish("b")
    await yard.until(300, b=100)
    await yard.run(120)
    assert told(yard) == yard.webhooks.reasons("ops")
    assert "Promoted" in told(yard)
    numbers = [entry.number for entry in yard.resource.status.history]
    assert list(range(1, len(numbers) + 1)) == numbers
    assert (numbers[-1], 0) == (state(yard).delivered, state(yard).lost)
    assert "Delivered" == reason(yard, "Notified")


async def test_a_receiver_is_told_what_it_wants_to_know() -> None:
    """The rest counts as told without a write of its own."""
    yard = notifying({"receiver": "ops", "on": ["RolledBack"]}, {"receiver": "chat"})
    yard.publish("a")
    await yard.run(60)
    yard.publish("b")
    yard.behaviours["b"] = Behaviour(failing=0.5)
    await yard.run(200)
    assert ["RolledBack"] == yard.webhooks.reasons("ops")
    assert len(told(yard)) == sum(name == "chat" for name, _ in yard.webhooks.taken)
    assert state(yard).delivered == yard.resource.status.history[-1].number


async def test_a_closed_receiver_delays_no_decision() -> None:
    """It is told everything later, in order, and until then the condition says why not."""
    open_, closed = notifying({"receiver": "ops"}), notifying({"receiver": "ops"})
    closed.webhooks.closed = {"ops"}
    for yard in (open_, closed):
        yard.publish("a")
        await yard.run(60)
        yard.publish("b")
        await yard.run(300)
    assert open_.weights == closed.weights == {"b": 100}
    assert [r for r, _ in open_.events] == [r for r, _ in closed.events]
    assert ([], "NotDelivered") == (closed.webhooks.taken, reason(closed, "Notified"))
    assert "it answers 503" == state(closed).why
    assert "serves" in closed.resource.status.why
    closed.webhooks.closed = set()
    await closed.run(900)
    assert told(closed) == closed.webhooks.reasons("ops")
    assert (None, "") == (state(closed).failing_since, state(closed).why)


async def test_what_leaves_the_history_first_is_counted_as_lost() -> None:
    """Nothing grows without a bound."""
    yard = notifying({"receiver": "ops"})
    yard.publish("a")
    await yard.run(60)
    yard.webhooks.closed = {"ops"}
    for number in range(30):
        yard.ask(f"resume@nothing#{number}")
        await yard.run(2)
    before = len(yard.webhooks.taken)
    yard.publish("b")
    await yard.until(300, b=100)
    for number in range(30):
        yard.ask(f"resume@nothing#again-{number}")
        await yard.run(2)
    assert state(yard).lost > 0
    yard.webhooks.closed = set()
    await yard.run(900)
    assert before == len(yard.webhooks.taken)
    assert "Delivered" == reason(yard, "Notified")


async def test_a_kill_tells_again_under_the_same_id() -> None:
    """What arrived and was not written down is repeated; nothing is missing."""
    yard = notifying({"receiver": "ops"})
    yard.publish("a")
    for _ in range(40):
        await yard.once()
        yard.outbox = outbox_of(yard.webhooks, lambda: yard.now)
        await yard.run(1)
    ids = [event["id"] for _, event in yard.webhooks.taken]
    assert {f"owner-uid.{e.number}" for e in yard.resource.status.history} == set(ids)
    assert sorted(set(ids)) == list(dict.fromkeys(ids))


async def test_an_unknown_receiver_is_told_to_its_user() -> None:
    """With those that there are for the namespace; others may exist for other teams."""
    yard = notifying({"receiver": "others"})
    yard.publish("a")
    await yard.run(60)
    assert {"a": 100} == yard.weights
    assert [] == yard.webhooks.taken
    assert "it has: ops, chat" in state(yard, "others").why
    assert "NotDelivered" == reason(yard, "Notified")


async def test_who_is_named_later_is_told_from_then_on() -> None:
    """Nobody wants the history of a month; who is no longer named is forgotten."""
    yard = notifying()
    yard.publish("a")
    await yard.run(60)
    yard.raw["spec"]["notify"] = [{"receiver": "ops"}]
    await yard.run(10)
    assert [] == yard.webhooks.taken
    yard.publish("b")
    await yard.until(300, b=100)
    await yard.run(10)
    assert "RollingOut" == yard.webhooks.reasons("ops")[0]
    yard.raw["spec"]["notify"] = []
    await yard.run(10)
    assert () == yard.resource.status.notifications
    assert "" == reason(yard, "Notified")
