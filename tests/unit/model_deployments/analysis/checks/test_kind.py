"""Which evidence a kind of check can read."""

from __future__ import annotations

import pytest

from trainyard.api.v1alpha1.rollout_status import CheckState
from trainyard.model_deployments.analysis.checks.errors import ErrorsKind
from trainyard.model_deployments.analysis.checks.kind import is_of


@pytest.mark.parametrize(
    ("kind", "version", "readable"),
    [
        pytest.param("errors", 2, True, id="its own"),
        pytest.param("errors", 3, False, id="of a later operator"),
        pytest.param("errors", 1, False, id="of an earlier operator"),
        pytest.param("errors", 0, False, id="without a version"),
        pytest.param("latency", 1, False, id="of another kind"),
        pytest.param("", 0, False, id="without a tag"),
    ],
)
def test_evidence_is_known_by_its_tag(kind: str, version: int, *, readable: bool) -> None:
    """Never by how many integers it has."""
    state = CheckState(name="x", kind=kind, version=version, verdict="Pass", evidence=(0,) * 15)
    assert readable is is_of(ErrorsKind(), state)
