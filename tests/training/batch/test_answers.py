"""What a model answers where it fails on some rows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.batch.answers import MOST_FAILED, Asking
from trainer.pod.exits import UserFault


class Doubling:
    """Doubles its only number; a negative one fails all that are asked with it."""

    signature = Signature(Task.REGRESSION, (), (Feature("a", Kind.FLOAT),), False)

    def predict(self, rows: Rows) -> Prediction:
        """See Runtime."""
        if (rows.numbers < 0).any():
            raise ArithmeticError("no root of a negative number")
        return Prediction(rows.numbers[:, 0] * 2, None)


def rows(numbers: Iterable[float]) -> Rows:
    """Return rows of one number each."""
    column = np.array([*numbers], dtype=np.float64).reshape(-1, 1)
    return Rows(column, np.empty((len(column), 0), dtype=object))


@pytest.mark.parametrize(
    ("numbers", "answers", "failed"),
    [
        pytest.param([], [], [], id="no rows"),
        pytest.param([1, 2, 3], [2, 4, 6], [], id="all good"),
        pytest.param([1, -2, 3, 4, -5], [2, 6, 8], [1, 4], id="bad ones among good ones"),
        pytest.param([-1, -2], [], [0, 1], id="all bad"),
    ],
)
def test_a_bad_row_fails_only_itself(
    numbers: list[float], answers: list[float], failed: list[int]
) -> None:
    """The rows beside it are answered, in their order."""
    found = Asking(Doubling()).ask(rows(numbers))
    assert answers == found.prediction.values.tolist()
    assert [n for n in range(len(numbers)) if n not in failed] == found.places.tolist()
    assert failed == [place for place, _ in found.failed]
    assert all("negative number" in why for _, why in found.failed)


def test_a_model_that_fails_on_too_many_rows_is_refused() -> None:
    """Then it is not the rows; batches count together."""
    asking = Asking(Doubling())
    assert MOST_FAILED == len(asking.ask(rows([-1] * MOST_FAILED)).failed)
    with pytest.raises(UserFault, match=f"over {MOST_FAILED} rows"):
        asking.ask(rows([-1]))
