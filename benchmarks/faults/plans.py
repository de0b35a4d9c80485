"""Which faults meet which life? Drawn from a seed, so that every plan can be repeated alone."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

LONGEST_LIFE = 60
"""About how many writes a life takes: a fault may begin after any of them."""
_MOST_FAULTS = 3
_STATUSES = (409, 422, 429, 500, 503)


class Kind(StrEnum):
    """What goes wrong."""

    RESET = "reset"
    """The connection breaks before the API server sees the request."""
    LOST_ANSWER = "lost answer"
    """The API server does what was asked, and nobody learns of it."""
    DELAY = "delay"
    """The request waits for some seconds."""
    REFUSAL = "refusal"
    """The answer is an error, and nothing was done."""
    STALE_READ = "stale read"
    """The API server answers at once, and the answer comes when it is some seconds old.

    Older than that none can be: who names no version is given the newest.
    """
    CUT_WATCHES = "cut watches"
    """All watches break."""
    STALE_WATCHES = "stale watches"
    """All watches break, and the next are told that their version is too old."""
    LAGGING_CACHE = "lagging cache"
    """All watches and lists tell what happens only when they have caught up, all at once."""
    SILENT_WATCHES = "silent watches"
    """All watches stay open, and nothing comes of them any more."""
    GARBLED_WATCH = "garbled watch"
    """All watches break, and the next says what is no JSON: the operator ends, and starts anew."""
    KILL = "kill"
    """The operator is killed, and starts anew."""


ON_REQUESTS = (Kind.RESET, Kind.LOST_ANSWER, Kind.DELAY, Kind.REFUSAL, Kind.STALE_READ)
"""These meet requests about the life; the others meet the operator as a whole."""
_HELD = (Kind.DELAY, Kind.STALE_READ, Kind.LAGGING_CACHE)
"""These last for some seconds."""
_WEIGHTS = {Kind.REFUSAL: 5, Kind.LOST_ANSWER: 4, Kind.RESET: 3, Kind.DELAY: 2, Kind.STALE_READ: 2}


class Target(StrEnum):
    """Which requests a fault meets."""

    WRITES = "writes"
    READS = "reads"
    STATUS = "writes of a status"
    CHILDREN = "writes of children"


class Story(StrEnum):
    """How a life goes on once its second version is there."""

    PROMOTED = "promoted"
    """Its steps pass."""
    ABORTED = "aborted"
    """A person takes it back."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong, from the write on that is named."""

    kind: Kind
    after_writes: int
    """How many writes about the life come before it."""
    target: Target = Target.WRITES
    times: int = 1
    status: int = 0
    """Of a refusal."""
    seconds: float = 0.0
    """For which a request, or its answer, is held."""

    def sentence(self) -> str:
        """The fault in words."""
        what = f"{self.kind} {self.status}" if self.status else str(self.kind)
        what += f" of {self.seconds:.1f} s" if self.seconds else ""
        whom = f" on {self.times} {self.target}" if self.kind in ON_REQUESTS else ""
        return f"{what}{whom} after write {self.after_writes}"


@dataclass(frozen=True, slots=True)
class Plan:
    """One life and what goes wrong in it."""

    seed: int
    number: int
    story: Story
    faults: tuple[Fault, ...]

    @property
    def namespace(self) -> str:
        """Where it takes place."""
        return f"plan-{self.seed}-{self.number}"

    def sentence(self) -> str:
        """The plan in words."""
        faults = "; ".join(fault.sentence() for fault in self.faults) or "nothing"
        return f"plan {self.number} of seed {self.seed} ({self.story}): {faults}"


def undisturbed(seed: int, number: int, story: Story) -> Plan:
    """A life in which nothing goes wrong, to compare with."""
    return Plan(seed, number, story, ())


def plan_of(seed: int, number: int) -> Plan:
    """The plan with this number: the same each time."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311
    story = chance.choice(list(Story))
    faults = [_fault(chance) for _ in range(chance.randint(1, _MOST_FAULTS))]
    return Plan(seed, number, story, tuple(sorted(faults, key=lambda f: f.after_writes)))


def without(plan: Plan, kinds: Collection[Kind]) -> Plan:
    """The plan with all its faults but those of these kinds."""
    return replace(plan, faults=tuple(f for f in plan.faults if f.kind not in kinds))


def _fault(chance: random.Random) -> Fault:
    after = chance.randrange(LONGEST_LIFE)
    if chance.random() < 0.1:  # it meets all lives at work, so it need not be frequent
        kind = chance.choice([kind for kind in Kind if kind not in ON_REQUESTS])
        return Fault(kind, after, seconds=_some(chance) if kind in _HELD else 0.0)
    kind = chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    target = Target.READS if kind is Kind.STALE_READ else chance.choice(list(Target))
    return Fault(
        kind=kind,
        after_writes=after,
        target=target,
        times=chance.randint(1, 4),
        status=chance.choice(_STATUSES) if kind is Kind.REFUSAL else 0,
        seconds=_some(chance) if kind in _HELD else 0.0,
    )


def _some(chance: random.Random) -> float:
    return round(chance.uniform(0.5, 5), 1)
