"""What is to be posted to somebody outside, and how it stands with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar


class Numbered(Protocol):
    """What is posted, in the order of its numbers."""

    @property
    def number(self) -> int:
        """Unique within the object."""
        ...


NumberedT = TypeVar("NumberedT", bound=Numbered)


@dataclass(frozen=True, slots=True)
class Outgoing(Generic[NumberedT]):
    """All that one receiver is still to have of one object."""

    receiver: str
    delivered: int
    """The number up to which it has everything, as the status says."""
    waiting: tuple[NumberedT, ...]
    """In the order of their numbers."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it stands with one receiver."""

    delivered: int
    """The number up to which it has everything that it is to have."""
    failing_since: datetime | None = None
    why: str = ""
    refused: Mapping[int, str] = field(default_factory=dict)
    """Which of those that count as delivered it refuses for good, by number, and why."""
    again_at: datetime | None = None
    """When there may be something new to see; None: nothing is on its way."""
