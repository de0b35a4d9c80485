"""The status: what it may hold, and that it stays small."""

from __future__ import annotations

import ast
import inspect

from builders_serving import NOW, digest

from trainyard.api.v1alpha1 import model_deployment_status as module
from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentReason,
    ModelDeploymentStatus,
    QuarantineEntry,
    Revision,
)
from trainyard.api.v1alpha1.rollout_status import CheckState, RolloutStatus


def test_every_reason_says_when_it_is_used() -> None:
    """Reasons are API: people write alerts on them."""
    tree = ast.parse(inspect.getsource(module))
    body = next(
        node.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == "ModelDeploymentReason"
    )
    lines = [
        node.value.value
        for node in body[1:]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    assert len(ModelDeploymentReason) == len(lines)
    assert all(str(line).startswith("Used when ") for line in lines)


def test_a_full_status_fits() -> None:
    """Below 32 KiB with everything at its longest that a rollout really has."""
    revision = Revision(revision="r" * 51, bundle_digest=digest("a"))
    check = CheckState(name="n" * 40, verdict="Fail", why="w" * 500, evidence=(-123456789,) * 240)
    entry = QuarantineEntry(
        bundle_digest=digest("a"), revision="r" * 51, since=NOW, reason="Crashed", message="m" * 500
    )
    rollout = RolloutStatus(
        id="i",
        revision="r",
        phase="Inconclusive",
        started_at=NOW,
        step_started_at=NOW,
        checks=(check,) * 2,
    )
    status = ModelDeploymentStatus(
        stable=revision, canary=revision, quarantine=(entry,) * 20, rollout=rollout
    )
    assert len(status.model_dump_json(by_alias=True)) < 32 * 1024
