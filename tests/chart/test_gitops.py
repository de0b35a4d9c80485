"""What Argo CD and Flux are told about the health of our objects."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from argo_cd import HEALTH, PATCH, health
from chart_rendering import CHART

GITOPS = CHART / "gitops"
KINDS = ("Dataset", "TrainingJob", "ModelDeployment", "BatchPrediction")


def resource(*conditions: tuple[str, str], seen: int = 2, **more: Any) -> dict[str, Any]:
    """Return an object of generation 2 whose operator saw generation `seen`."""
    listed = [{"type": t, "status": s, "message": f"{t} {s}"} for t, s in conditions]
    status = {"observedGeneration": seen, "conditions": listed}
    return {"metadata": {"generation": 2}, "spec": {}, "status": status} | more


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(
            {"metadata": {"generation": 1}, "spec": {}},
            ("Progressing", "the operator has not looked at this version of it yet"),
            id="nobody looked yet",
        ),
        pytest.param(
            resource(("Ready", "True"), seen=1),
            ("Progressing", "the operator has not looked at this version of it yet"),
            id="the newest spec was not looked at yet",
        ),
        pytest.param(resource(("Ready", "True")), ("Healthy", "Ready True"), id="ready"),
        pytest.param(resource(("Ready", "False")), ("Progressing", "Ready False"), id="not ready"),
        pytest.param(
            resource(("Ready", "True"), ("Reconciling", "True")),
            ("Progressing", "Reconciling True"),
            id="at work",
        ),
        pytest.param(
            resource(("Ready", "True"), ("Stalled", "True")),
            ("Degraded", "Stalled True"),
            id="stalled although an old version still serves",
        ),
        pytest.param(
            resource(("Ready", "True"), spec={"suspend": True}),
            ("Suspended", "Ready True"),
            id="suspended",
        ),
        pytest.param(
            resource(("Ready", "True"), ("Suspended", "True")),
            ("Suspended", "Suspended True"),
            id="a rollout that waits for a person",
        ),
        pytest.param(
            resource(("Ready", "True"), metadata={"generation": 2, "deletionTimestamp": "now"}),
            ("Progressing", "being deleted"),
            id="going",
        ),
    ],
)
def test_argo_cd_sees(found: dict[str, Any], expected: tuple[str, str]) -> None:
    """Each state of an object has one health and the sentence of the condition behind it."""
    assert expected == health(found)


def test_the_patch_for_argo_cd_holds_the_script_for_each_kind() -> None:
    """What people copy is what was tested."""
    assert dict.fromkeys(KINDS, HEALTH) == {
        key.rpartition("_")[2]: script for key, script in PATCH.items() if ".health." in key
    }


def test_flux_has_an_expression_for_each_kind() -> None:
    """Both the good and the bad end are told, for the kinds that people declare."""
    checks = yaml.safe_load((GITOPS / "flux-health-checks.yaml").read_text(encoding="utf-8"))
    found = [(c["kind"], {"current", "failed"} <= c.keys()) for c in checks["healthCheckExprs"]]
    assert found == [(kind, True) for kind in KINDS]
