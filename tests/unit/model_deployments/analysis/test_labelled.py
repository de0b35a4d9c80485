"""What values with bounds say."""

from __future__ import annotations

import pytest

from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.analysis.labelled import LabelledValue, answer_of, worse_by

PASS, FAIL, NONE = Answer.PASS, Answer.FAIL, Answer.NO_EVIDENCE


def value(
    found: float | None, low: float = 0, high: float = 1, rows: int = 500, why: str = ""
) -> LabelledValue:
    """Return an accuracy with bounds."""
    return LabelledValue("accuracy", rows, found, low, high, why)


@pytest.mark.parametrize(
    ("found", "least", "most", "answer", "why"),
    [
        pytest.param(value(0.95, 0.92, 0.97), 0.9, None, PASS, "is 0.95", id="surely good"),
        pytest.param(value(0.85, 0.81, 0.88), 0.9, None, FAIL, "at least 0.9", id="surely bad"),
        pytest.param(value(0.89, 0.85, 0.92), 0.9, None, NONE, "between", id="it cannot be told"),
        pytest.param(value(0.9, 0.9, 0.92), 0.9, None, PASS, "is 0.9", id="just good"),
        pytest.param(value(0.3, 0.2, 0.4), None, 0.1, FAIL, "at most 0.1", id="surely too much"),
        pytest.param(value(0.05, 0.0, 0.08), None, 0.1, PASS, "is 0.05", id="surely little"),
        pytest.param(value(0.5, 0.4, 0.6), 0.3, 0.55, NONE, "between", id="one end is open"),
        pytest.param(value(0.5, 0.1, 0.2, rows=99), 0.9, None, NONE, "99 labelled", id="few rows"),
        pytest.param(value(None, why="odd"), 0.9, None, NONE, "odd", id="there is no value"),
    ],
)
def test_a_value_beside_its_bounds(
    found: LabelledValue, least: float | None, most: float | None, answer: Answer, why: str
) -> None:
    """Certain, or no evidence."""
    said, sentence = answer_of(found, 100, least, most)
    assert answer is said
    assert why in sentence


@pytest.mark.parametrize(
    ("stable", "canary", "higher", "answer"),
    [
        pytest.param(value(0.9, 0.88, 0.92), value(0.8, 0.78, 0.82), True, FAIL, id="worse"),
        pytest.param(value(0.9, 0.89, 0.91), value(0.9, 0.89, 0.91), True, PASS, id="as good"),
        pytest.param(value(0.9, 0.8, 1.0), value(0.8, 0.7, 0.9), True, NONE, id="wide bounds"),
        pytest.param(value(2, 1.9, 2.1), value(3, 2.9, 3.1), False, FAIL, id="a larger error"),
        pytest.param(value(3, 2.9, 3.1), value(2, 1.9, 2.1), False, PASS, id="a smaller error"),
        pytest.param(value(0.9, 0.8, 1, 10), value(0.1, 0, 0.2), True, NONE, id="few stable rows"),
        pytest.param(value(0.9, 0.8, 1), value(0.1, 0, 0.2, 10), True, NONE, id="few new rows"),
        pytest.param(value(None), value(0.1, 0, 0.2), True, NONE, id="nothing of the stable one"),
        pytest.param(value(0.9, 0.8, 1), value(None), True, NONE, id="nothing of the new one"),
    ],
)
def test_a_version_beside_the_stable_one(
    stable: LabelledValue, canary: LabelledValue, higher: bool, answer: Answer
) -> None:
    """Two hundredths less are allowed."""
    said, why = worse_by(stable, canary, 100, 0.02, higher)
    assert answer is said, why
