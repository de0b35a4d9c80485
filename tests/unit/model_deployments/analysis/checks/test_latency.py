"""The check `latency`."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment import Check
from trainyard.model_deployments.analysis.checks.kind import Bounds, Look, Samples
from trainyard.model_deployments.analysis.checks.latency import LatencyKind
from trainyard.model_deployments.analysis.dispersion import Spread
from trainyard.model_deployments.analysis.evidence import Answer, Counts, Interval

KIND = LatencyKind()
CHECK = Check.model_validate({"name": "l", "latency": {"maxIncreasePercent": 30}})
EDGES = ("1", "2", "+Inf")
SLOW = Look(Interval(Counts(900, 0, (800, 900, 900)), Counts(100, 0, (0, 0, 100)), EDGES))
SAME = Look(Interval(Counts(900, 0, (800, 900, 900)), Counts(100, 0, (90, 100, 100)), EDGES))
BOUNDS = Bounds(Samples(900, 300, 300), threshold=4.6, known=Spread())


def test_one_interval_only_says_what_to_expect() -> None:
    """With it alone, any version would pass."""
    once = KIND.folded(CHECK, (), SAME)
    answer, why = KIND.answer(CHECK, once, SAME, BOUNDS)
    assert (Answer.NO_EVIDENCE, True) == (answer, "of 1 intervals" in why)
    twice = KIND.folded(CHECK, once, SAME)
    answer, why = KIND.answer(CHECK, twice, SAME, BOUNDS)
    assert (Answer.PASS, "not slower than the stable version by more than 30 %") == (answer, why)
    assert twice == KIND.folded(CHECK, twice, Look())


def test_slower_answers_fail() -> None:
    """The second interval is judged by the first."""
    evidence = KIND.folded(CHECK, KIND.folded(CHECK, (), SLOW), SLOW)
    answer, why = KIND.answer(CHECK, evidence, SLOW, BOUNDS)
    assert (Answer.FAIL, True) == (answer, why.startswith("slower than the stable version")), why


def test_edges_are_compared_that_lie_the_tolerance_apart() -> None:
    """Twenty per cent are a factor of 1.2: a bucket that ends at 1.199 ms has no partner."""
    check = Check.model_validate({"name": "l", "latency": {"maxIncreasePercent": 20}})
    counts = Counts(9, 0, (3, 6, 9))
    for edge, pairs in (("1.199", 0), ("1.2", 1)):
        folded = KIND.folded(check, (), Look(Interval(counts, counts, ("1", edge, "+Inf"))))
        assert pairs == folded[0]
