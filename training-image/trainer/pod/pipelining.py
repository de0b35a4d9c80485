"""How do the steps of a stream work at the same time, where the pod has several processors?

Items keep their order and every step its state to itself, so that nothing depends on the threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, ParamSpec, Self, TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

_END: Any = object()
_DEPTH = 2


class Worker:
    """Calls what it is given, one after the other; besides the call at work, one may wait."""

    def __init__(self, thread: Executor | None = None) -> None:
        self._thread = thread
        self._pending: deque[Future[Any]] = deque()

    def submit(self, function: Callable[P, R], *given: P.args, **named: P.kwargs) -> Future[R]:
        """What the call will return. Raises what a call before it has raised."""
        while len(self._pending) >= _DEPTH:
            self._pending.popleft().result()
        if self._thread is None:
            future: Future[R] = Future()
            future.set_result(function(*given, **named))
        else:
            future = self._thread.submit(function, *given, **named)
            self._pending.append(future)
        return future

    def finish(self) -> None:
        """Every call has returned. Raises what one of them has raised."""
        while self._pending:
            self._pending.popleft().result()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """So many processors; with one, everything is done in turn and without threads.

    Leaving it waits for its workers.
    """

    processors: int = 1
    _threads: ExitStack = field(default_factory=ExitStack, repr=False, compare=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.close()

    def worker(self) -> Worker:
        """One with a thread of its own."""
        if self.processors == 1:
            return Worker()
        return Worker(self._threads.enter_context(ThreadPoolExecutor(1)))

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
                if len(waiting) >= threads:
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
