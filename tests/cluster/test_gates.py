"""Gates are asked in pods: of slices, of fairness with its bounds, of behaviour, of calibration.

Each refusal is read as people read it: by kubectl, and on the card as Markdown and as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from cluster.bucket_yard import BucketYard, bucket_yard
from cluster.model_yard import Object, csv_of, training_job
from cluster.program import described, typed

pytestmark = [pytest.mark.cluster]

ROWS = 1500
BOOSTING = {
    "class": "sklearn.ensemble.HistGradientBoostingClassifier",
    "parameters": {"max_iter": 60},
}
LINEAR = {"class": "sklearn.linear_model.LogisticRegression"}
FLOORS = [
    {"name": "good", "metric": "roc_auc", "min": "0.8"},
    {
        "name": "every-site",
        "metric": "recall",
        "min": "0.6",
        "slice": {"column": "site", "minRows": 50},
    },
]
UNFAIR = {"name": "fair", "fairness": {"column": "site", "max": "0.1"}}
NOT_SURE = {"name": "alike", "fairness": {"column": "weekday", "max": "0", "minRows": 20}}
INVARIANT: Object = {
    "name": "a little less income moves no chance by much",
    "change": {"column": "income", "add": "-0.001"},
    "tolerance": "0.01",
}
RISING: Object = {
    "name": "more income, no less chance",
    "change": {"column": "income", "add": "1"},
    "expect": "NotLower",
    "output": "paid",
}
PLAIN: Object = {
    "name": "plain cases",
    "cases": [
        {"inputs": {"income": 4, "debt": -2, "district": 2}, "expected": "paid"},
        {"inputs": {"income": -4, "debt": 2, "district": -2}, "expected": "lost"},
    ],
}
FALLING: Object = {**RISING, "name": "more debt, no less chance"} | {
    "change": {"column": "debt", "add": "1"}
}


def loans() -> pd.DataFrame:
    """Those of the left site are paid more often, and the district says of which site they are."""
    chance = np.random.default_rng(16)
    left, noise = chance.random(ROWS) < 0.5, chance.normal(size=ROWS)
    income, debt = chance.normal(size=(2, ROWS))
    district = np.where(left, 1.0, -1.0) + chance.normal(size=ROWS) / 4
    days = ["mon", "tue", "wed", "thu", "fri"]
    return pd.DataFrame(
        {
            "income": income.round(4),
            "debt": debt.round(4),
            "district": district.round(4),
            "site": np.where(left, "left", "right"),
            "weekday": chance.choice(days, ROWS),
            "outcome": np.where(income - debt / 2 + 0.8 * district + noise / 3 > 0, "paid", "lost"),
        }
    )


def data() -> Object:
    """Site and weekday are told apart, and no model sees them."""
    numbers = [{"name": name, "type": "Float"} for name in ("income", "debt", "district")]
    sliced = [{"name": name, "type": "Category", "role": "Slice"} for name in ("site", "weekday")]
    spec = {
        "source": {"s3": {"path": "raw/loans.csv"}},
        "target": "outcome",
        "columns": [*numbers, *sliced, {"name": "outcome", "type": "Category"}],
        "split": {"testPercent": 40},
    }
    return {
        "apiVersion": "trainyard.dev/v1alpha1",
        "kind": "Dataset",
        "metadata": {"name": "loans"},
        "spec": spec,
    }


def behaviours(name: str, *found: Object) -> Object:
    """A ConfigMap of them, a file each."""
    files = {f"{number}.json": json.dumps([one]) for number, one in enumerate(found)}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": files}


def behaves(name: str) -> Object:
    """The gate that asks for them."""
    return {"name": "sane", "behaviour": {"configMap": {"name": name}}}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketYard]:
    """One Dataset, and recipes that differ by their gates, all of them at work at once."""
    honest = {"name": "honest", "metric": "calibration_error", "max": "0.2"}
    exact = {"name": "exact", "metric": "calibration_error", "max": "0.0001"}
    with bucket_yard(tmp_path_factory.mktemp("yard"), "gates") as place:
        place.store.write("raw/loans.csv", csv_of(loans()).encode())
        place.yard.apply(
            data(),
            behaviours("as-wished", INVARIANT, RISING, PLAIN),
            behaviours("contrary", PLAIN, FALLING),
            training_job("floors", "loans", estimator=BOOSTING, gates=[*FLOORS, NOT_SURE]),
            training_job("unfair", "loans", estimator=BOOSTING, gates=[*FLOORS, UNFAIR]),
            training_job(
                "behaved", "loans", estimator=LINEAR, gates=[honest, behaves("as-wished")]
            ),
            training_job("contrary", "loans", estimator=LINEAR, gates=[exact, behaves("contrary")]),
        )
        yield place


def verdict(place: BucketYard, name: str) -> tuple[str, dict[str, Object]]:
    """The version's name and what each gate said, once all were asked."""
    state = place.yard.until(
        f"{name} is judged",
        lambda s: s.condition("TrainingJob", name, "LastRunAccepted").status in {"True", "False"},
    )
    version: str = state.runs(name)[0]["modelVersion"]
    evaluation = state.status("ModelVersion", version)["evaluations"][0]
    return version, {gate["name"]: gate for gate in evaluation["gates"]}


def cards(place: BucketYard, version: str) -> tuple[str, Object]:
    """The version's card, in one line of Markdown, and for programs."""
    code, text = typed(place.yard, "card", f"mv/{version}")
    assert 0 == code, text
    code, document = typed(place.yard, "card", f"mv/{version}", "--format", "json")
    assert 0 == code, document
    found: Object = json.loads(document)
    return " ".join(text.split()), found


def test_floors_of_slices_pass(place: BucketYard) -> None:
    """The worst slice is named; and slices that differ by chance alone are not called unfair."""
    version, said = verdict(place, "floors")
    assert dict.fromkeys(("good", "every-site", "alike"), "Passed") == {
        name: gate["outcome"] for name, gate in said.items()
    }
    assert "not surely above 0" in said["alike"]["message"]
    assert version == place.yard.state().current("floors")["name"]


def test_a_sure_difference_between_two_slices_is_refused(place: BucketYard) -> None:
    """The same recipe on the same data: the lower bound of the difference is above the limit."""
    version, said = verdict(place, "unfair")
    assert {"good": "Passed", "every-site": "Passed", "fair": "Failed"} == {
        name: gate["outcome"] for name, gate in said.items()
    }
    message = said["fair"]["message"]
    assert "DemographicParityDifference by site 0." in message
    assert "between left and right, with 95 % at least 0." in message
    assert message.endswith(": surely above 0.1 (2 slices)")
    assert {} == place.yard.state().current("unfair")
    for name in (f"mv/{version}", "tj/unfair"):
        described(place.yard, name, message)
    text, document = cards(place, version)
    assert message in text
    assert message in json.dumps(document, ensure_ascii=False)


def test_behaviours_hold(place: BucketYard) -> None:
    """What must not matter, what must lead somewhere, and plain cases; probabilities hold, too."""
    _, said = verdict(place, "behaved")
    assert {"honest": "Passed", "sane": "Passed"} == {
        name: gate["outcome"] for name, gate in said.items()
    }


def test_a_behaviour_that_does_not_hold_is_named(place: BucketYard) -> None:
    """Beside it, probabilities that no model could keep."""
    version, said = verdict(place, "contrary")
    assert {"exact": "Failed", "sane": "Failed"} == {
        name: gate["outcome"] for name, gate in said.items()
    }
    assert "more debt, no less chance" in said["sane"]["message"]
    assert "calibration_error 0.0" in said["exact"]["message"]
    described(place.yard, f"mv/{version}", *(gate["message"] for gate in said.values()))
