"""How a model answers rows that are made for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows, frame_of_rows, rows_of_frame
from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.models.behaviours import BehaviourInvalid, behaves
from trainer.tasks.behaviours import Behaviour

FEATURES = (
    Feature("income", Kind.FLOAT),
    Feature("age", Kind.INTEGER),
    Feature("site", Kind.CATEGORY),
)
FRAME = pd.DataFrame(
    {
        "income": [10.0, 20.0, 30.0, 40.0],
        "age": [20.0, 30.0, 40.0, 50.0],
        "site": ["left", "right", "left", "right"],
    }
)
ROWS = rows_of_frame(FRAME, FEATURES)


class Loans:
    """Pays who earns 25 or more, or, on the right, 15: the more income, the surer it is."""

    signature = Signature(Task.CLASSIFICATION, ("no", "yes"), FEATURES, True)

    def predict(self, rows: Rows) -> Prediction:
        """By the rule above; who has no income on record is not believed."""
        frame = frame_of_rows(rows, FEATURES)
        bound = np.where(frame["site"] == "right", 15.0, 25.0)
        income = frame["income"].fillna(0).to_numpy()
        yes = 1 / (1 + np.exp(-(income - bound) / 10))
        labels = np.where(yes >= 0.5, "yes", "no").astype(object)
        return Prediction(labels, np.column_stack([1 - yes, yes]))


class Prices:
    """Twice the income, and a year is worth a tenth."""

    signature = Signature(Task.REGRESSION, (), FEATURES, False)

    def predict(self, rows: Rows) -> Prediction:
        """By the rule above."""
        frame = frame_of_rows(rows, FEATURES)
        return Prediction((2 * frame["income"] + frame["age"] / 10).to_numpy(), None)


def a_behaviour(**fields: Any) -> Behaviour:
    """One that is called b."""
    return Behaviour.model_validate({"name": "b", **fields})


MORE_INCOME = {"column": "income", "add": "5"}
LESS_INCOME = {"column": "income", "multiply": "0.5"}
ANY_SITE = {"column": "site", "set": ["left", "right"]}
OLDER = {"column": "age", "add": "1"}


@pytest.mark.parametrize(
    ("model", "fields", "kept", "holds"),
    [
        pytest.param(Loans, {"change": OLDER}, 4, True, id="age changes no answer"),
        pytest.param(Loans, {"change": ANY_SITE}, 3, False, id="the site changes one"),
        pytest.param(
            Loans, {"change": ANY_SITE, "minPercent": "75"}, 3, True, id="one of four may change"
        ),
        pytest.param(
            Loans, {"change": MORE_INCOME, "expect": "NotLower"}, 4, True, id="more is no less"
        ),
        pytest.param(
            Loans, {"change": LESS_INCOME, "expect": "NotLower"}, 0, False, id="less is less"
        ),
        pytest.param(
            Loans,
            {"change": LESS_INCOME, "expect": "NotLower", "output": "no"},
            4,
            True,
            id="of the other class it is more",
        ),
        pytest.param(
            Loans, {"change": LESS_INCOME, "expect": "NotHigher"}, 4, True, id="and not higher"
        ),
        pytest.param(Prices, {"change": OLDER}, 0, False, id="a number changes a little"),
        pytest.param(
            Prices, {"change": OLDER, "tolerance": "0.11"}, 4, True, id="within the tolerance"
        ),
        pytest.param(Prices, {"change": OLDER, "expect": "NotLower"}, 4, True, id="a number rises"),
    ],
)
def test_changed_rows(model: type[Any], fields: dict[str, Any], kept: int, holds: bool) -> None:
    """The answers before and after, row by row."""
    found = behaves(a_behaviour(**fields), model(), ROWS)
    assert (kept, 4, holds) == (found.kept, found.rows, found.holds)
    assert f"b: holds for {kept} of 4" == found.told()


def test_cases() -> None:
    """Each is a row of its own; what is not named is missing."""
    cases = [
        {"inputs": {"income": 100, "site": "left"}, "expected": "yes"},
        {"inputs": {"site": "left"}, "expected": "no"},
        {"inputs": {"income": 24, "site": "left"}, "expected": "yes"},
    ]
    found = behaves(a_behaviour(cases=cases), Loans(), ROWS)
    assert (2, 3, False) == (found.kept, found.rows, found.holds)
    numbers = [{"inputs": {"income": 1, "age": 10}, "expected": 3.05}]
    near = a_behaviour(cases=numbers, tolerance="0.1")
    assert behaves(near, Prices(), ROWS).holds
    assert not behaves(a_behaviour(cases=numbers), Prices(), ROWS).holds


@pytest.mark.parametrize(
    ("model", "fields", "words"),
    [
        pytest.param(
            Loans, {"change": {"column": "height", "add": "1"}}, "no feature height", id="a feature"
        ),
        pytest.param(
            Loans,
            {"change": {"column": "site", "add": "1"}},
            "site holds texts",
            id="a sum",
        ),
        pytest.param(
            Loans,
            {"change": {"column": "age", "set": ["old"]}},
            "age is a number, and 'old' is none",
            id="a text as number",
        ),
        pytest.param(
            Loans,
            {"change": OLDER, "expect": "NotLower", "output": "maybe"},
            "output maybe is none of no, yes",
            id="no such class",
        ),
        pytest.param(
            Loans,
            {"cases": [{"inputs": {"height": 1}, "expected": "yes"}]},
            "no feature height",
            id="a case with another feature",
        ),
    ],
)
def test_what_this_model_does_not_have(
    model: type[Any], fields: dict[str, Any], words: str
) -> None:
    """It says what is wrong."""
    with pytest.raises(BehaviourInvalid, match=words):
        behaves(a_behaviour(**fields), model(), ROWS)
