"""Plans that are drawn from a seed."""

from __future__ import annotations

from benchmarks.faults.plans import (
    ON_REQUESTS,
    Fault,
    Kind,
    Story,
    Target,
    plan_of,
    undisturbed,
    without,
)
from trainyard.clients.cluster import GET


def test_a_plan_is_the_same_each_time() -> None:
    """Its seed and number are all that it takes to repeat it."""
    assert [plan_of(7, n) for n in range(50)] == [plan_of(7, n) for n in range(50)]
    assert plan_of(7, 1).faults != plan_of(8, 1).faults


def test_a_thousand_plans_have_every_kind_of_fault_in_every_stretch_of_a_life() -> None:
    """And both stories, every target, and every status."""
    plans = [plan_of(1, number) for number in range(1000)]
    faults = [fault for plan in plans for fault in plan.faults]
    assert set(Story) == {plan.story for plan in plans}
    assert set(Kind) == {fault.kind for fault in faults}
    early = {fault.kind for fault in faults if fault.after_writes < 20}
    late = {fault.kind for fault in faults if fault.after_writes >= 40}
    assert set(Kind) == early == late
    assert set(Target) == {fault.target for fault in faults}
    refusals = {fault.status for fault in faults if fault.kind is Kind.REFUSAL}
    assert {409, 422, 429, 500, 503} == refusals
    assert {0} == {fault.status for fault in faults if fault.kind is not Kind.REFUSAL}


def test_only_reads_can_be_stale() -> None:
    """A write whose answer comes late is a delay."""
    faults = [fault for number in range(500) for fault in plan_of(2, number).faults]
    stale = [fault for fault in faults if fault.kind is Kind.STALE_READ]
    assert stale
    assert {Target.READS} == {fault.target for fault in stale}


def test_what_is_held_lasts_for_some_seconds() -> None:
    """Less than the operator waits for an answer; nothing else has a length."""
    faults = [fault for number in range(500) for fault in plan_of(4, number).faults]
    lasting = {fault.kind for fault in faults if fault.seconds}
    assert {Kind.DELAY, Kind.STALE_READ, Kind.LAGGING_CACHE} == lasting
    assert max(fault.seconds for fault in faults) < GET.timeout_seconds


def test_what_meets_the_whole_operator_is_rare() -> None:
    """It meets all other lives as well."""
    faults = [fault for number in range(500) for fault in plan_of(3, number).faults]
    whole = [fault for fault in faults if fault.kind not in ON_REQUESTS]
    assert 0.02 < len(whole) / len(faults) < 0.2


def test_a_plan_says_what_it_does() -> None:
    """In a sentence for the report."""
    fault = Fault(Kind.REFUSAL, 12, Target.STATUS, times=2, status=409)
    assert fault.sentence() == "refusal 409 on 2 writes of a status after write 12"
    assert Fault(Kind.KILL, 3).sentence() == "kill after write 3"
    assert undisturbed(1, -9, Story.ABORTED).sentence() == "plan -9 of seed 1 (aborted): nothing"


def test_a_kind_of_fault_can_be_left_out_and_the_rest_of_a_plan_stays() -> None:
    """So that what one kind does can be told from what the others do."""
    plans = [plan_of(1, number) for number in range(100)]
    assert any(fault.kind is Kind.STALE_READ for plan in plans for fault in plan.faults)
    for plan in plans:
        less = without(plan, [Kind.STALE_READ])
        assert (plan.seed, plan.number, plan.story) == (less.seed, less.number, less.story)
        assert [f for f in plan.faults if f.kind is not Kind.STALE_READ] == [*less.faults]
