"""How do the steps of a stream work at the same time, where the pod has several processors?

Items keep their order and every step its state to itself, so that nothing depends on the threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")

_END: Any = object()
_DEPTH = 2


@dataclass(frozen=True, slots=True)
class Pipeline:
    """So many processors; with one, everything is done in turn and without threads."""

    processors: int = 1

    def ahead(self, items: Iterator[T]) -> Generator[T]:
        """The same items, made by a thread of their own, a few before they are taken."""
        return (item for item in items) if self.processors == 1 else _ahead(items)

    def mapped(self, function: Callable[[T], R], items: Iterator[T]) -> Iterator[R]:
        """The function of each item, of as many at a time as there are processors."""
        if self.processors == 1:
            return map(function, items)
        return _mapped(function, items, self.processors)


IN_TURN = Pipeline()


def _ahead(items: Iterator[T]) -> Generator[T]:
    with _closed(items), ThreadPoolExecutor(1) as thread:
        waiting = deque(thread.submit(next, items, _END) for _ in range(_DEPTH))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(thread.submit(next, items, _END))
                yield cast(T, item)
        finally:
            _cancel(waiting)


def _mapped(function: Callable[[T], R], items: Iterator[T], threads: int) -> Generator[R]:
    with _closed(items), ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[R]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            _cancel(waiting)


@contextmanager
def _closed(items: Iterator[T]) -> Iterator[None]:
    """Whoever stops early stops the steps before him, whose threads have ended by then."""
    try:
        yield
    finally:
        if isinstance(items, Generator):
            items.close()


def _cancel(waiting: deque[Future[R]]) -> None:
    """What nobody takes any more is not begun."""
    for future in waiting:
        future.cancel()
