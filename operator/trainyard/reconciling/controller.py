"""What a controller is: one row of the table in `trainyard.controllers`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trainyard.api.base import Resource
from trainyard.objects import Name, RawObject
from trainyard.reconciling.plan import Plan
from trainyard.reconciling.references import NamedBy, References
from trainyard.reconciling.world import World


@dataclass(frozen=True, slots=True)
class StateSample:
    """One number about one object, read from its status."""

    metric: str
    """Name without the prefix `trainyard_`, e.g. `modeldeployment_weight_percent`."""
    value: float
    labels: Mapping[str, str]
    """Beside `namespace` and `name`, which the shell adds."""


def no_state(resource: Any) -> Iterable[StateSample]:  # noqa: ARG001 — the shape of the hook
    """Return no samples: the kind shows nothing of its own at /metrics."""
    return ()


def names_nothing(raw: RawObject) -> Iterable[tuple[str, str]]:  # noqa: ARG001
    """Return no references: the kind names no other object."""
    return ()


def whole(raw: RawObject) -> object:
    """Return all of the object but what each write changes."""
    metadata = {k: v for k, v in raw["metadata"].items() if k not in _NOISE}
    return {**raw, "metadata": metadata}


_NOISE = frozenset({"resourceVersion", "managedFields"})


@dataclass(frozen=True, slots=True)
class Reads:
    """What a controller reads of another kind, so that only changes of that wake it."""

    kind: str
    readers: Callable[[References, Name], Iterable[str]]
    """Names the objects of the controller that read the one changed; those of another namespace as
    `namespace/name`."""
    view: Callable[[RawObject], object] = whole
    """The part of it that they look at: while it stays equal nobody is woken."""
    names: NamedBy | None = None
    """What an object of the kind names, where no controller looks after it: such a kind is watched
    whole."""


@dataclass(frozen=True, slots=True)
class Controller:
    """How objects of one kind are looked after.

    `Any` where slices are typed: the row ties one model to its own observer and decision.
    """

    name: str
    """Of this controller: several may look after one kind."""
    model: type[Resource]
    observe: Callable[[Any, World], Awaitable[Any]]
    """(resource, world) → the slice's Observed; other sources are bound beforehand."""
    decide: Callable[[Any, Any, datetime], Plan[Any]]
    """(resource, observed, now) → Plan; pure and total."""
    children: tuple[str, ...] = ()
    """Kinds of children, found by our labels; their events wake the owner."""
    reads: tuple[Reads, ...] = ()
    """What is read beside the children."""
    names: NamedBy = names_nothing
    """Which objects an object of this kind names."""
    state: Callable[[Any], Iterable[StateSample]] = no_state
    """What /metrics shows of one object."""

    @property
    def kind(self) -> str:
        """The kind that is looked after."""
        return self.model.definition.kind


def names_by_kind(controllers: Iterable[Controller]) -> Mapping[str, NamedBy]:
    """Return, of each kind that names others, how its objects are read for that."""
    rows = tuple(controllers)
    found = {reads.kind: reads.names for row in rows for reads in row.reads if reads.names}
    return found | {row.kind: row.names for row in rows}
