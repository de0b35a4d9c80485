"""Rows predicted together."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
import serving_bundles as bundles
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer

from modelbundle.prediction import Prediction, Runtime
from modelbundle.rows import Rows
from modelbundle.signature import Signature
from modelbundle.sklearn_runtime import SklearnRuntime
from modelserver.batch_metrics import BatchMetrics
from modelserver.batching import Batcher, Outcome, predicted_together
from modelserver.refusals import BeyondModel, ModelFailed


class Watched:
    """A runtime that notes batch sizes and threads, and may be slow."""

    def __init__(self, inner: Runtime, seconds: float = 0.0) -> None:
        self.inner = inner
        self.seconds = seconds
        self.batches: list[int] = []
        self.threads: set[str] = set()

    @property
    def signature(self) -> Signature:
        """The inner model's."""
        return self.inner.signature

    def predict(self, rows: Rows) -> Prediction:
        """What the inner model says, later."""
        self.batches.append(len(rows))
        self.threads.add(threading.current_thread().name)
        time.sleep(self.seconds)
        return self.inner.predict(rows)


@pytest.fixture(scope="module")
def brittle() -> tuple[Runtime, Rows]:
    """A model that raises on values outside of what it saw, and rows it likes."""
    spline = SplineTransformer(extrapolation="error")
    model = make_pipeline(spline, LogisticRegression(max_iter=1000))
    signature, _, rows = bundles.fitted(model, bundles.iris())
    return SklearnRuntime(model, signature), rows


@pytest.fixture
def watched(brittle: tuple[Runtime, Rows]) -> Watched:
    """The same model, watched."""
    return Watched(brittle[0])


@pytest.fixture
async def batcher(watched: Watched) -> Iterator[Batcher]:
    """A batcher of at most ten rows."""
    made = Batcher(watched, 10, time.perf_counter)
    yield made
    made.close()


def _strange(rows: Rows) -> Rows:
    return Rows(rows.numbers[:1] + 1000, rows.texts[:1])


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
        np.testing.assert_allclose(answer.probabilities, alone.probabilities, atol=1e-12)


async def test_a_bad_row_fails_alone(batcher: Batcher, brittle: tuple[Runtime, Rows]) -> None:
    """Its batch peers get what they get alone."""
    runtime, rows = brittle
    parts = [rows.part(0, 1), _strange(rows), rows.part(1, 3)]
    found = await asyncio.gather(*(batcher.predict(part) for part in parts), return_exceptions=True)
    assert [Prediction, ModelFailed, Prediction] == [type(outcome) for outcome in found]
    assert isinstance(found[2], Prediction)
    assert runtime.predict(parts[2]).values.tolist() == found[2].values.tolist()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(1e300, BeyondModel, id="an absurd number is its sender's doing"),
        pytest.param(-1e300, BeyondModel, id="so is its negative"),
        pytest.param(99.0, ModelFailed, id="a number that others may send is the model's"),
    ],
)
def test_whose_doing_a_failure_is(
    brittle: tuple[Runtime, Rows], number: float, expected: type[ModelFailed]
) -> None:
    """The model raises on all of them; the row beside them is answered."""
    runtime, rows = brittle
    strange = rows.part(0, 1)
    strange = Rows(np.where(np.arange(4) == 2, number, strange.numbers), strange.texts)
    bad, good = predicted_together(runtime, [strange, rows.part(1, 2)]).outcomes
    assert type(bad) is expected
    assert isinstance(good, Prediction)


async def test_after_a_failure_work_goes_on(
    batcher: Batcher, brittle: tuple[Runtime, Rows]
) -> None:
    """The batcher survives what a model raises."""
    rows = brittle[1]
    with pytest.raises(ModelFailed, match="ValueError"):
        await batcher.predict(_strange(rows))
    assert len((await batcher.predict(rows.part(0, 1))).values) == 1


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


async def test_who_has_left_is_not_predicted(
    batcher: Batcher, watched: Watched, brittle: tuple[Runtime, Rows]
) -> None:
    """A cancelled request costs nothing and disturbs nobody."""
    rows = brittle[1]
    gone = asyncio.ensure_future(batcher.predict(rows.part(0, 3)))
    stays = asyncio.ensure_future(batcher.predict(rows.part(0, 1)))
    asyncio.get_running_loop().call_soon(gone.cancel)
    await asyncio.sleep(0)
    gone.cancel()
    assert len((await stays).values) == 1
    assert sum(watched.batches) in (1, 4)


def test_outcomes_are_one_per_part(brittle: tuple[Runtime, Rows]) -> None:
    """In order, also when all fail."""
    runtime, rows = brittle
    found = predicted_together(runtime, [_strange(rows), _strange(rows)])
    assert found.whole is None
    assert [ModelFailed, ModelFailed] == [type(outcome) for outcome in found.outcomes]


class Quitter:
    """A model that wants the process to end."""

    def __init__(self, inner: Runtime) -> None:
        self.signature = inner.signature

    def predict(self, rows: Rows) -> Prediction:
        """Never an answer."""
        raise SystemExit(len(rows))


async def test_a_model_cannot_end_the_server(brittle: tuple[Runtime, Rows]) -> None:
    """Even SystemExit is a failed prediction, and the next one is tried."""
    batcher = Batcher(Quitter(brittle[0]), 10, time.perf_counter)
    for _ in range(2):
        with pytest.raises(ModelFailed, match="SystemExit"):
            await asyncio.wait_for(batcher.predict(brittle[1].part(0, 1)), 5)
    batcher.close()


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
    parts = [rows.part(0, 1), _strange(rows), rows.part(1, 3)]
    await asyncio.gather(*(batcher.predict(part) for part in parts), return_exceptions=True)
    await batcher.predict(rows.part(0, 4))
    await asyncio.sleep(0)
    batcher.close()
    assert [(1, 1), (2, 2), (4, 4)] == shown
    assert _numbers(metrics, "trainyard_batches_repeated_total") == 1


async def test_an_answer_that_cannot_be_encoded_fails_alone(
    batcher: Batcher, brittle: tuple[Runtime, Rows]
) -> None:
    """It is told as the model's failure; the next in the batch is answered, and so is the next."""
    told: list[type] = []

    def refuse(outcome: Outcome) -> None:
        if isinstance(outcome, Prediction):
            raise TypeError("not JSON")
        told.append(type(outcome))

    batcher.submit(brittle[1].part(0, 1), refuse)
    assert len((await batcher.predict(brittle[1].part(0, 1))).values) == 1
    assert len((await batcher.predict(brittle[1].part(0, 1))).values) == 1
    assert [ModelFailed] == told


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


async def test_whoever_leaves_in_the_turn_of_the_answer_disturbs_nobody(
    batcher: Batcher, brittle: tuple[Runtime, Rows]
) -> None:
    """Cancelled by the answer of the request before it; the one behind it is answered."""
    rows = brittle[1].part(0, 1)
    batcher.submit(rows, lambda _: leaving.cancel())
    leaving = asyncio.ensure_future(batcher.predict(rows))
    staying = asyncio.ensure_future(batcher.predict(rows))
    assert len((await asyncio.wait_for(staying, 5)).values) == 1
    assert len((await asyncio.wait_for(batcher.predict(rows), 5)).values) == 1
    assert leaving.cancelled()
