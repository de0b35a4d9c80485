"""Rows predicted together."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time

import numpy as np
import pytest
from serving_watched_model import Watched, strange

from modelbundle.prediction import Runtime
from modelbundle.rows import Rows
from modelserver.batches.batching import Batcher
from modelserver.metrics.batch_metrics import BatchMetrics


async def test_arrived_together_is_predicted_together(
    batcher: Batcher, watched: Watched, brittle: tuple[Runtime, Rows]
) -> None:
    """Five requests of one row are one batch."""
    rows = brittle[1]
    await asyncio.gather(*(batcher.predict(rows.part(n, n + 1)) for n in range(5)))
    assert watched.batches == [5]


async def test_batches_have_a_limit(
    batcher: Batcher, watched: Watched, brittle: tuple[Runtime, Rows]
) -> None:
    """Requests are never split; a batch ends before it would exceed the limit."""
    rows = brittle[1]
    sizes = (4, 4, 4, 12, 1)
    await asyncio.gather(*(batcher.predict(rows.part(0, size)) for size in sizes))
    assert watched.batches == [8, 4, 12, 1]


async def test_everybody_gets_their_own_rows(
    batcher: Batcher, brittle: tuple[Runtime, Rows]
) -> None:
    """In a batch, each request has the answers it has alone."""
    runtime, rows = brittle
    parts = [rows.part(n, n + 2) for n in range(0, 150, 2)]
    found = await asyncio.gather(*(batcher.predict(part) for part in parts))
    for part, answer in zip(parts, found, strict=True):
        alone = runtime.predict(part)
        assert alone.values.tolist() == answer.values.tolist()
        assert answer.probabilities is not None
        assert alone.probabilities is not None
        np.testing.assert_allclose(answer.probabilities, alone.probabilities, atol=1e-12)


async def test_slow_batches_leave_the_loop_free(brittle: tuple[Runtime, Rows]) -> None:
    """While a batch of 300 ms runs, the loop turns; the work is done in the one thread."""
    watched = Watched(brittle[0], seconds=0.3)
    batcher = Batcher(watched, 10, time.perf_counter)
    working = asyncio.ensure_future(batcher.predict(brittle[1].part(0, 1)))
    turns = 0
    while not working.done():
        await asyncio.sleep(0.01)
        turns += 1
    batcher.close()
    assert turns > 10
    assert {"predict_0"} == watched.threads


async def test_quick_batches_stay_in_the_loop(brittle: tuple[Runtime, Rows]) -> None:
    """Once a model is known to be quick (here: by a clock that stands still), no thread is used."""
    watched = Watched(brittle[0])
    batcher = Batcher(watched, 10, lambda: 0.0)
    await batcher.predict(brittle[1].part(0, 1))
    watched.threads.clear()
    await batcher.predict(brittle[1].part(0, 1))
    batcher.close()
    assert {threading.current_thread().name} == watched.threads


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(0.001, [4], id="slow: the others are waited for"),
        pytest.param(0.0, [1, 1, 1, 1], id="quick: nobody waits"),
    ],
)
async def test_a_slow_model_is_asked_when_no_more_come(
    brittle: tuple[Runtime, Rows], seconds: float, expected: list[int]
) -> None:
    """Four requests, one in each turn of the loop, of a model that takes as long for all."""
    watched = Watched(brittle[0])
    ticks = itertools.count(0.0, seconds)
    batcher = Batcher(watched, 10, lambda: next(ticks))
    row = brittle[1].part(0, 1)
    await batcher.predict(row)
    watched.batches.clear()
    asked = []
    for _ in range(4):
        asked.append(asyncio.ensure_future(batcher.predict(row)))
        await asyncio.sleep(0)
        batcher.predict_now()
    await asyncio.gather(*asked)
    batcher.close()
    assert expected == watched.batches


async def test_outcomes_of_a_batch_are_delivered_together(
    batcher: Batcher, brittle: tuple[Runtime, Rows]
) -> None:
    """Inside of what was given for that, once per batch, on the path of a slow model too."""
    events: list[str] = []

    class Together:
        def __enter__(self) -> None:
            events.append("begin")

        def __exit__(self, *_: object) -> None:
            events.append("end")

    batcher.deliver_inside(Together())
    for number in range(2):
        batcher.submit(brittle[1].part(number, number + 1), lambda _: events.append("outcome"))
    await batcher.predict(brittle[1].part(0, 1))
    assert ["begin", "outcome", "outcome", "end"] == events


async def test_answers_that_cannot_be_sent_hold_up_nobody(
    batcher: Batcher, brittle: tuple[Runtime, Rows]
) -> None:
    """A fault of the outbox is the loop's to tell of; the next batch is predicted."""
    told: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context.get("exception")))

    class Broken:
        def __enter__(self) -> None:
            pass

        def __exit__(self, *_: object) -> None:
            raise OSError("no socket")

    batcher.deliver_inside(Broken())
    for _ in range(2):
        assert 1 == len((await asyncio.wait_for(batcher.predict(brittle[1].part(0, 1)), 5)).values)
    await asyncio.sleep(0)
    assert {OSError} == {type(fault) for fault in told}


def _numbers(metrics: BatchMetrics, name: str) -> float:
    (line,) = [line for line in metrics.lines("") if line.startswith(f"{name}{{")]
    return float(line.split()[-1])


async def test_batches_are_counted(brittle: tuple[Runtime, Rows]) -> None:
    """Three requests with six rows together, then one alone; each waited for its batch."""
    metrics = BatchMetrics()
    batcher = Batcher(brittle[0], 10, time.perf_counter, metrics)
    await asyncio.gather(*(batcher.predict(brittle[1].part(0, size)) for size in (1, 2, 3)))
    await batcher.predict(brittle[1].part(0, 1))
    batcher.close()
    names = (
        "trainyard_batch_rows_count",
        "trainyard_batch_rows_sum",
        "trainyard_queue_seconds_count",
    )
    assert [2.0, 7.0, 4.0] == [_numbers(metrics, name) for name in names]


async def test_every_answered_row_is_shown_to_the_sampling_once(
    brittle: tuple[Runtime, Rows],
) -> None:
    """Of a batch with a bad row: the rows of its peers."""
    runtime, rows = brittle
    shown: list[tuple[int, int]] = []
    metrics = BatchMetrics()
    batcher = Batcher(
        runtime,
        10,
        time.perf_counter,
        metrics,
        lambda rows, said, _: shown.append((len(rows), len(said.values))),
    )
    parts = [rows.part(0, 1), strange(rows), rows.part(1, 3)]
    await asyncio.gather(*(batcher.predict(part) for part in parts), return_exceptions=True)
    await batcher.predict(rows.part(0, 4))
    await asyncio.sleep(0)
    batcher.close()
    assert [(1, 1), (2, 2), (4, 4)] == shown
    assert _numbers(metrics, "trainyard_batches_repeated_total") == 1


async def test_it_is_known_how_long_a_batch_has_been_running(
    brittle: tuple[Runtime, Rows],
) -> None:
    """Nothing before and after, its age meanwhile; who came later waits."""
    batcher = Batcher(Watched(brittle[0], seconds=0.3), 10, time.perf_counter)
    assert batcher.batch_seconds() == 0.0
    working = asyncio.ensure_future(batcher.predict(brittle[1].part(0, 1)))
    await asyncio.sleep(0.1)
    later = asyncio.ensure_future(batcher.predict(brittle[1].part(0, 1)))
    await asyncio.sleep(0.01)
    assert (True, 1) == (0.05 < batcher.batch_seconds() < 5, batcher.waiting)
    await asyncio.gather(working, later)
    await asyncio.sleep(0)
    batcher.close()
    assert (0.0, 0) == (batcher.batch_seconds(), batcher.waiting)
