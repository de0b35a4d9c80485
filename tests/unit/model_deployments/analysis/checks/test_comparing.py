"""When a check that compares fails, and when it may pass."""

from __future__ import annotations

import pytest

from trainyard.model_deployments.analysis.checks.comparing import compared
from trainyard.model_deployments.analysis.checks.kind import Bounds, Look, Samples
from trainyard.model_deployments.analysis.dispersion import Spread
from trainyard.model_deployments.analysis.evidence import Answer


@pytest.mark.parametrize(
    ("log_e", "samples", "why", "expected"),
    [
        pytest.param(
            4.7,
            Samples(0, 0, 300),
            "",
            (Answer.FAIL, "shown (evidence e^4.7, limit e^4.6)"),
            id="failing needs no number of requests",
        ),
        pytest.param(4.5, Samples(300, 300, 300), "", (Answer.PASS, "shown"), id="enough"),
        pytest.param(
            0.0,
            Samples(900, 299, 300),
            "",
            (Answer.NO_EVIDENCE, "299 of 300 requests"),
            id="too few of the new version",
        ),
        pytest.param(
            0.0,
            Samples(1, 900, 300),
            "counting begins",
            (Answer.NO_EVIDENCE, "1 of 300 requests, counting begins"),
            id="too few of the stable one, with what is unusual",
        ),
    ],
)
def test_the_bound_decides_and_enough_requests_pass(
    log_e: float, samples: Samples, why: str, expected: tuple[Answer, str]
) -> None:
    """In this order."""
    bounds = Bounds(samples, threshold=4.6, known=Spread())
    assert expected == compared(log_e, "shown", Look(why=why), bounds)
