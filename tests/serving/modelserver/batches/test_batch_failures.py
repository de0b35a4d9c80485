"""What fails in a batch, or leaves it, and what the others in it get."""

from __future__ import annotations

import asyncio
import time

import numpy as np
import pytest
from serving_watched_model import Watched, strange

from modelbundle.prediction import Prediction, Runtime
from modelbundle.rows import Rows
from modelserver.batches.batching import Batcher, predicted_together
from modelserver.batches.job import Outcome
from modelserver.payloads.refusals import BeyondModel, ModelFailed


async def test_a_bad_row_fails_alone(batcher: Batcher, brittle: tuple[Runtime, Rows]) -> None:
    """Its batch peers get what they get alone."""
    runtime, rows = brittle
    parts = [rows.part(0, 1), strange(rows), rows.part(1, 3)]
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
    one = rows.part(0, 1)
    absurd = Rows(np.where(np.arange(4) == 2, number, one.numbers), one.texts)
    bad, good = predicted_together(runtime, [absurd, rows.part(1, 2)]).outcomes
    assert type(bad) is expected
    assert isinstance(good, Prediction)


async def test_after_a_failure_work_goes_on(
    batcher: Batcher, brittle: tuple[Runtime, Rows]
) -> None:
    """The batcher survives what a model raises."""
    rows = brittle[1]
    with pytest.raises(ModelFailed, match="ValueError"):
        await batcher.predict(strange(rows))
    assert len((await batcher.predict(rows.part(0, 1))).values) == 1


def test_outcomes_are_one_per_part(brittle: tuple[Runtime, Rows]) -> None:
    """In order, also when all fail."""
    runtime, rows = brittle
    found = predicted_together(runtime, [strange(rows), strange(rows)])
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


async def test_whoever_leaves_in_the_turn_of_the_answer_disturbs_nobody(
    batcher: Batcher, brittle: tuple[Runtime, Rows]
) -> None:
    """Cancelled by the answer of the request before it; the one behind it is answered."""
    rows = brittle[1].part(0, 1)

    def leave(_: Outcome) -> None:
        leaving.cancel()

    batcher.submit(rows, leave)
    leaving = asyncio.ensure_future(batcher.predict(rows))
    staying = asyncio.ensure_future(batcher.predict(rows))
    assert len((await asyncio.wait_for(staying, 5)).values) == 1
    assert len((await asyncio.wait_for(batcher.predict(rows), 5)).values) == 1
    assert leaving.cancelled()
