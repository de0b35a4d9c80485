"""All kinds of checks, each a member of the union in the API."""

from __future__ import annotations

from typing import Any

import pytest

from trainyard.api.v1alpha1.model_deployment import AnalysisSpec, Check
from trainyard.model_deployments.analysis.checks.kinds import (
    KINDS,
    compares,
    judges_answers,
    kind_of,
    queries,
)

QUERY = {"name": "refunds", "prometheus": {"query": "x", "max": "5"}}
UNION: dict[str, dict[str, Any]] = {
    "errors": {"errors": {}},
    "latency": {"latency": {}},
    "prometheus": {"prometheus": QUERY["prometheus"]},
    "quality": {"quality": {}},
    "agreement": {"agreement": {}},
}


def test_each_member_of_the_union_has_a_kind() -> None:
    """And each kind a member, so a kind more is one file and one line."""
    members = set(Check.model_fields) - {"name", "dry_run"}
    assert members == {kind.name for kind in KINDS} == set(UNION)


@pytest.mark.parametrize("name", UNION)
def test_the_kind_is_the_member_that_is_set(name: str) -> None:
    """The API server lets through exactly one."""
    assert name == kind_of(Check.model_validate({"name": "x"} | UNION[name])).name


def test_a_dry_run_has_no_last_word_about_the_answers() -> None:
    """Nor has a check about something else."""
    agreement = {"name": "answers", "agreement": {}}
    for checks, judges in (
        ([agreement], True),
        ([agreement | {"dryRun": True}], False),
        ([], False),
    ):
        assert judges is judges_answers(AnalysisSpec.model_validate({"checks": checks}))


def test_queries_alone_need_no_counters() -> None:
    """So no pod is asked."""
    asking = AnalysisSpec.model_validate({"checks": [QUERY]})
    assert (False, {"refunds": "x"}) == (compares(asking), queries(asking))
    assert (True, {}) == (compares(AnalysisSpec()), queries(AnalysisSpec()))
