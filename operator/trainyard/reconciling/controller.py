"""What a controller is: one row of the table in `trainyard.controllers`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trainyard.api.base import Resource
from trainyard.reconciling.plan import Plan
from trainyard.reconciling.world import World


@dataclass(frozen=True, slots=True)
class StateSample:
    """One number about one object, read from its status when metrics are scraped."""

    metric: str
    """Name without the prefix `trainyard_`, e.g. `modeldeployment_weight_percent`."""
    value: float
    labels: Mapping[str, str]
    """Beside `namespace` and `name`, which the shell adds."""


def no_state(resource: Any) -> Iterable[StateSample]:  # noqa: ARG001 — the shape of the hook
    """Return no samples: the kind shows nothing of its own at /metrics."""
    return ()


@dataclass(frozen=True, slots=True)
class Controller:
    """How objects of one kind are looked after.

    `Any` where slices are typed: the row ties one model to its own observer and decision.
    """

    model: type[Resource]
    observe: Callable[[Any, World], Awaitable[Any]]
    """(resource, world) → the slice's Observed; other sources are bound beforehand."""
    decide: Callable[[Any, Any, datetime], Plan[Any]]
    """(resource, observed, now) → Plan; pure and total."""
    children: tuple[str, ...] = ()
    """Kinds of children, found by our labels; their events wake the owner."""
    reads: tuple[str, ...] = ()
    """Kinds read beside the children; their events wake all objects of their namespace."""
    state: Callable[[Any], Iterable[StateSample]] = no_state
    """What /metrics shows of one object."""

    @property
    def kind(self) -> str:
        """Name of the kind that is looked after."""
        return self.model.definition.kind
