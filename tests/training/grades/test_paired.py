"""How much higher a metric is than the champion's, and how sure that is."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.grades.decimal_text import decimal_text
from trainer.grades.grading import Answers
from trainer.grades.live_quality import Estimate
from trainer.grades.model_answers import ModelAnswers
from trainer.grades.paired import paired_difference
from trainyard.api.gates import Gate
from trainyard.api.measures import Measured
from trainyard.model_versions.gates.champion import judge
from trainyard.model_versions.gates.judgement import ChampionEvidence, Evidence

ROWS = 2000
REPEATS = 200
FEATURES = (Feature("a", Kind.FLOAT),)
CLASSES = Signature(Task.CLASSIFICATION, (False, True), FEATURES, True)
NUMBERS = Signature(Task.REGRESSION, (), FEATURES, False)


def classifiers(seed: int, worse: float) -> tuple[ModelAnswers, ModelAnswers]:
    """Candidate and champion on the same rows; both are wrong on most of the hard ones.

    The champion is wrong on a tenth of the rows, the candidate on a tenth and the share `worse`.
    They disagree on four rows of a hundred, and on that share.
    """
    chance = np.random.default_rng(seed)
    truth = chance.random(ROWS) < 0.5
    hard = chance.random(ROWS) < 0.1

    def answered(extra: float) -> ModelAnswers:
        # 9 % of the rows are hard and answered wrongly, 1 % of the others, and the extra share.
        wrong = np.where(
            hard, chance.random(ROWS) < 0.9, chance.random(ROWS) < (0.01 + extra) / 0.9
        )
        belief = np.where(truth ^ wrong, 0.5, 0.0) + chance.random(ROWS) / 2
        probabilities = np.column_stack([1 - belief, belief])
        answers = Answers(CLASSES.classes, (belief > 0.5).tolist(), probabilities)
        return ModelAnswers(CLASSES, None, (truth.tolist(),), (answers,))

    return answered(worse), answered(0)


def regressors(seed: int, worse: float) -> tuple[ModelAnswers, ModelAnswers]:
    """Candidate and champion whose errors have much in common; weights count."""
    chance = np.random.default_rng(seed)
    truth = chance.normal(size=ROWS)
    shared = chance.normal(size=ROWS)
    weights = chance.random(ROWS) + 0.5

    def answered(spread: float) -> ModelAnswers:
        found = truth + shared + spread * chance.normal(size=ROWS)
        return ModelAnswers(NUMBERS, weights, numbers=(truth, found))

    return answered(0.5 + worse), answered(0.5)


def refused(metric: str, candidate: ModelAnswers, champion: ModelAnswers) -> bool:
    """Whether the gate with 95 % confidence refuses it, from the rows to the verdict."""
    found = paired_difference(metric, candidate, champion, 95)
    assert found is not None
    bounds = Measured(
        value=decimal_text(found.value), low=decimal_text(found.low), high=decimal_text(found.high)
    )
    ours, theirs = (
        {name: decimal_text(value) for name, value in answers.metrics(metric).items()}
        for answers in (candidate, champion)
    )
    gate = Gate.model_validate(
        {"name": "g", "metric": metric, "againstChampion": {"confidencePercent": 95}}
    )
    evidence = Evidence(
        ours, ChampionEvidence(metrics=theirs, measures={f"Paired:{metric}:95": bounds})
    )
    return judge(gate, evidence).outcome == "Failed"


def test_a_candidate_as_good_as_the_champion_is_hardly_ever_refused() -> None:
    """At most one in twenty of 200 seeded repeats, by accuracy."""
    found = [refused("accuracy", *classifiers(seed, 0)) for seed in range(REPEATS)]
    assert sum(found) <= REPEATS * 0.05


def test_a_candidate_two_points_worse_is_refused() -> None:
    """Nine of ten of 200 seeded repeats, by accuracy, on 2,000 rows."""
    found = [refused("accuracy", *classifiers(seed, 0.02)) for seed in range(REPEATS)]
    assert sum(found) >= REPEATS * 0.9


@pytest.mark.parametrize("metric", ["roc_auc", "rmse"])
def test_metrics_without_an_exact_test_keep_their_word(
    metric: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In 10 seeded repeats, by drawing the rows again (so often that the spread shows)."""
    monkeypatch.setattr("trainer.grades.paired.RESAMPLES", 60)
    make = regressors if metric == "rmse" else classifiers
    worse = 0.3 if metric == "rmse" else 0.04
    equal = sum(refused(metric, *make(seed, 0)) for seed in range(10))
    clear = sum(refused(metric, *make(seed, worse)) for seed in range(10))
    assert equal <= 2
    assert clear >= 9


def test_the_same_rows_give_the_same_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The draws are seeded."""
    monkeypatch.setattr("trainer.grades.paired.RESAMPLES", 20)
    models = classifiers(1, 0.02)
    found = [paired_difference("roc_auc", *models, 95) for _ in range(2)]
    assert found[0] == found[1]


def test_models_that_answer_alike_do_not_differ_at_all() -> None:
    """However few rows there are."""
    candidate, _ = classifiers(1, 0)
    found = paired_difference("accuracy", candidate, candidate, 95)
    assert Estimate(0.0, 0.0, 0.0) == found


def test_the_exact_bounds_are_those_of_mcnemar() -> None:
    """Of 8 rows that differ 8 are lost: half to the power of 8 is below 2.5 %; of 4 it is not."""
    truth = [True] * 20

    def wrong_on(count: int) -> ModelAnswers:
        labels = [False] * count + [True] * (20 - count)
        return ModelAnswers(CLASSES, None, (truth,), (Answers(CLASSES.classes, labels),))

    clear = paired_difference("accuracy", wrong_on(8), wrong_on(0), 95)
    unclear = paired_difference("accuracy", wrong_on(4), wrong_on(0), 95)
    assert clear is not None
    assert unclear is not None
    assert Decimal("-0.4") == Decimal(str(clear.value))
    assert clear.high < 0 < unclear.high


def test_a_metric_that_is_not_defined_has_no_difference() -> None:
    """Regression has no accuracy."""
    assert paired_difference("accuracy", *regressors(1, 0), 95) is None
