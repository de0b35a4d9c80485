"""Steps of a stream that work at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from trainer.pod.pipelining import Pipeline, Worker


@pytest.mark.parametrize("processors", [1, 2, 4])
def test_items_keep_their_order(processors: int) -> None:
    """Whatever works on them."""
    pipeline = Pipeline(processors)
    squares = pipeline.mapped(lambda n: n * n, pipeline.ahead(iter(range(100))))
    assert [n * n for n in range(100)] == list(pipeline.ahead(squares))
    assert [] == list(pipeline.ahead(iter(())))


def test_steps_work_at_the_same_time() -> None:
    """Two items of one step meet, and an item is made while the one before it is looked at."""
    both = threading.Barrier(2, timeout=30)
    assert [0, 1] == sorted(Pipeline(2).mapped(lambda _: both.wait(), iter("ab")))
    made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    stream = Pipeline(2).ahead(items())
    assert (1, True) == (next(stream), made.wait(30))


@pytest.mark.parametrize("processors", [1, 2])
def test_what_fails_in_a_thread_fails_where_its_item_is_taken(processors: int) -> None:
    """After the items before it."""
    pipeline = Pipeline(processors)
    stream = pipeline.ahead(pipeline.mapped(lambda n: 6 // n, iter([3, 2, 0])))
    assert [2, 3] == [next(stream), next(stream)]
    with pytest.raises(ZeroDivisionError):
        next(stream)


@pytest.mark.parametrize("processors", [1, 2])
def test_a_stream_that_nobody_reads_to_its_end_stops(processors: int) -> None:
    """Only a few items are made for nothing, and no thread stays."""
    before = threading.active_count()
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    pipeline = Pipeline(processors)
    stream = pipeline.ahead(pipeline.mapped(str, items()))
    assert "0" == next(stream)
    del stream
    assert len(taken) < 20
    assert before == threading.active_count()


def _divided(worker: Worker, divisors: list[int]) -> None:
    for divisor in divisors:
        worker.submit(divmod, 1, divisor)


@pytest.mark.parametrize("processors", [1, 2])
def test_a_worker_calls_in_order_and_fails_where_it_is_asked(processors: int) -> None:
    """At the latest when all is to be done; what comes later may be done or not."""
    before = threading.active_count()
    called: list[int] = []
    with Pipeline(processors) as pipeline:
        worker = pipeline.worker()
        lengths = [worker.submit(called.append, number) for number in range(20)]
        worker.finish()
        assert list(range(20)) == called
        assert [None] * 20 == [length.result() for length in lengths]
        with pytest.raises(ZeroDivisionError):
            _divided(worker, [1, 0, 1, 1])
    assert before == threading.active_count()


def _waited(started: threading.Event, go_on: threading.Event) -> bool:
    started.set()
    return go_on.wait(30)


def test_a_worker_works_meanwhile_and_lets_no_more_than_one_call_wait() -> None:
    """Whoever hands over more waits."""
    started, go_on = threading.Event(), threading.Event()
    with Pipeline(2) as pipeline:
        worker = pipeline.worker()
        first = worker.submit(_waited, started, go_on)
        worker.submit(int)
        assert started.wait(30)
        third = threading.Thread(target=worker.submit, args=(int,))
        third.start()
        assert third.is_alive()
        go_on.set()
        third.join(30)
        assert first.result(30)
