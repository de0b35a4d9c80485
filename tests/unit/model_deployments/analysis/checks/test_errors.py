"""The check `errors`."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_deployment import Check
from trainyard.api.v1alpha1.rollout_status import CheckState
from trainyard.model_deployments.analysis.checks.errors import ErrorsKind, burstiness
from trainyard.model_deployments.analysis.checks.kind import Bounds, Look, Samples
from trainyard.model_deployments.analysis.dispersion import Spread
from trainyard.model_deployments.analysis.evidence import Answer, Counts, Interval

KIND = ErrorsKind()
CHECK = Check.model_validate({"name": "e", "errors": {}})
BAD = Look(Interval(Counts(900, 2), Counts(100, 50), ()))
BOUNDS = Bounds(Samples(900, 300, 300), threshold=4.6, known=Spread())


def test_failures_are_folded_and_judged() -> None:
    """A look without an interval adds nothing."""
    before = KIND.folded(CHECK, (), Look())
    assert (Answer.PASS, "failed 0 of 0, stable 0 of 0") == KIND.answer(
        CHECK, before, Look(), BOUNDS
    )
    after = KIND.folded(CHECK, before, BAD)
    answer, why = KIND.answer(CHECK, after, BAD, BOUNDS)
    assert Answer.FAIL is answer
    assert why.startswith("failed 50 of 100, stable 2 of 900")
    assert after == KIND.folded(CHECK, after, Look())


def test_the_longest_look_back_tells_how_unevenly_errors_come() -> None:
    """Evidence of other kinds tells nothing, and neither does none."""
    once = KIND.folded(CHECK, (), BAD)
    twice = KIND.folded(CHECK, once, BAD)
    states = [
        CheckState(name=f"c{version}", kind="errors", version=version, verdict="Pass", evidence=e)
        for version, e in ((2, once), (2, twice), (3, twice))
    ]
    stable, split = burstiness(states)
    assert (2, 1800, 4) == (stable.intervals, stable.requests, stable.errors)
    assert (2, 104, 100) == (split.intervals, split.requests, split.errors)
    assert (Spread(), Spread()) == burstiness(states[2:])
