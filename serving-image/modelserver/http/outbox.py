"""When are answers written? Those of one batch one right after the other.

A system call leaves the caches of a processor colder than it found them: encoding all answers and
then writing them costs less than encoding and writing each (see decision 21).
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol


class Writable(Protocol):
    """As much of a transport as is needed here."""

    def write(self, data: bytes) -> None:
        """The bytes will be sent."""

    def is_closing(self) -> bool:
        """True when nothing can be sent any more."""


class Outbox:
    """Writes at once; inside `with`, at its end. The order of writes is kept."""

    __slots__ = ("_held", "_holding")

    def __init__(self) -> None:
        self._held: list[tuple[Writable, bytes]] = []
        self._holding = False

    def __enter__(self) -> None:
        self._holding = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._holding = False
        self.flush()

    def write(self, to: Writable, content: bytes) -> None:
        """The bytes are written, or held for the end of the block."""
        if self._holding:
            self._held.append((to, content))
        else:
            to.write(content)

    def flush(self) -> None:
        """Nothing is held any more: call it before a connection is closed."""
        held, self._held = self._held, []
        for to, content in held:
            if not to.is_closing():
                to.write(content)
