"""A new version beside the stable one, by labels."""

from __future__ import annotations

import pytest

from trainyard.api.v1alpha1.model_deployment import Check, QualityCheck
from trainyard.model_deployments.analysis.checks.kind import Bounds, LabelledArms, Look, Samples
from trainyard.model_deployments.analysis.checks.quality import QualityKind
from trainyard.model_deployments.analysis.dispersion import Spread
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.analysis.labelled import LabelledValue

CHECK = Check(name="truth", quality=QualityCheck(max_regression="0.02", min_rows=200))
BOUNDS = Bounds(Samples(0, 0, 0), 1.0, Spread())


def arm(value: float | None, rows: int = 1000) -> LabelledValue:
    """Return an accuracy with bounds of one hundredth each."""
    if value is None:
        return LabelledValue("accuracy", 0)
    return LabelledValue("accuracy", rows, value, value - 0.01, value + 0.01)


@pytest.mark.parametrize(
    ("stable", "canary", "answer"),
    [
        pytest.param(arm(0.9), arm(0.9), Answer.PASS, id="as good"),
        pytest.param(arm(0.9), arm(0.8), Answer.FAIL, id="worse"),
        pytest.param(arm(0.9), arm(0.88), Answer.NO_EVIDENCE, id="it cannot be told"),
        pytest.param(arm(0.9), arm(0.8, 199), Answer.NO_EVIDENCE, id="few labels of the new one"),
        pytest.param(arm(None), arm(0.8), Answer.NO_EVIDENCE, id="none of the stable one"),
    ],
)
def test_the_new_version_may_be_a_little_worse(
    stable: LabelledValue, canary: LabelledValue, answer: Answer
) -> None:
    """By no more than is said, beyond the bounds of both."""
    kind, look = QualityKind(), Look(labelled=LabelledArms(stable, canary, higher_is_better=True))
    evidence = kind.folded(CHECK, (), look)
    assert ((), None) == (evidence, kind.query(CHECK))
    assert answer is kind.answer(CHECK, evidence, look, BOUNDS)[0]


def test_without_labels_there_is_no_evidence() -> None:
    """And the sentence says where they come from."""
    answer, why = QualityKind().answer(CHECK, (), Look(), BOUNDS)
    assert Answer.NO_EVIDENCE is answer
    assert "monitoring.quality.labels" in why
