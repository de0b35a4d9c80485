"""Which fault meets this request?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.faults.exchanges import Asked
from benchmarks.faults.plans import ON_REQUESTS, Fault, Kind, Plan


@dataclass(slots=True)
class Armed:
    """A fault of a plan, and how often it can still happen."""

    fault: Fault
    left: int


@dataclass(slots=True)
class Disturbance:
    """What goes wrong in one life, and what was written in it."""

    plan: Plan
    writes: int = 0
    """How many writes about it have come, refused ones too."""
    created: Counter[str] = field(default_factory=Counter)
    """How often the API server created each object, by plural and name."""
    phase: str = ""
    """How far the life is."""
    met: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    """How often which kind of fault happened, by phase."""
    _armed: list[Armed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._armed = [Armed(fault, fault.times) for fault in self.plan.faults]

    def of_request(self, request: Asked) -> Fault | None:
        """The fault that meets it, which is thereby used up a bit; None: it goes through."""
        for armed in self._ripe(request=True):
            if request.is_met_by(armed.fault.target):
                return self._used(armed)
        return None

    def of_operator(self) -> Iterable[Fault]:
        """The faults that meet the whole operator now."""
        return [self._used(armed) for armed in self._ripe(request=False)]

    def left(self) -> int:
        """How many faults have not happened at all."""
        return sum(armed.left == armed.fault.times for armed in self._armed)

    def note(self, request: Asked, status: int) -> None:
        """Take note of how a request was answered by the API server; 0: it never got there."""
        self.writes += request.writes
        if request.method == "POST" and status == 201:
            self.created[f"{request.plural}/{request.name}"] += 1
        if request.method == "PATCH" and status == 201:  # an apply that made it
            self.created[f"{request.plural}/{request.name}"] += 1

    def refreshes(self) -> list[str]:
        """The Jobs of the Dataset, in the order in which they were made."""
        return [
            name.removeprefix("jobs/") for name in self.created if name.startswith("jobs/data-")
        ]

    def _ripe(self, *, request: bool) -> list[Armed]:
        return [
            armed
            for armed in self._armed
            if armed.left
            and armed.fault.after_writes <= self.writes
            and (armed.fault.kind in ON_REQUESTS) == request
        ]

    def _used(self, armed: Armed) -> Fault:
        armed.left -= 1
        self.met[armed.fault.kind, self.phase] += 1
        return armed.fault
