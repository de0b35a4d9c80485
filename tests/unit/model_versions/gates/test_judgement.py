"""The three answers of a gate."""

from __future__ import annotations

from trainyard.api.v1alpha1.model_version import GateOutcome
from trainyard.model_versions.gates.judgement import Judgement, failed, passed, pending


def test_each_answer_has_its_words() -> None:
    """And there are no others."""
    found = (passed("a"), failed("b"), pending("c"))
    assert found == tuple(map(Judgement, GateOutcome, "abc"))
