"""A plan is plain frozen data."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from trainyard.objects import ObjectRef
from trainyard.reconciling.plan import Plan


def test_a_plan_says_nothing_by_default() -> None:
    """No deeds, no Events, no next look, no live confirmation."""
    plan: Plan[Any] = Plan(status=None)
    assert ((), (), None, False) == (
        plan.actions,
        plan.events,
        plan.again_after,
        plan.confirm_live,
    )


def test_a_plan_cannot_be_changed_after_it_was_decided() -> None:
    """What is carried out is what was decided."""
    plan: Plan[Any] = Plan(status=None)
    with pytest.raises(FrozenInstanceError):
        plan.confirm_live = True  # type: ignore[misc]  # that is what is tried


def test_a_reference_without_guards_is_by_name_alone() -> None:
    """Guards are there to be set; empty ones guard nothing."""
    ref = ObjectRef("Job", "ns", "a")
    assert ("", "") == (ref.uid, ref.resource_version)
