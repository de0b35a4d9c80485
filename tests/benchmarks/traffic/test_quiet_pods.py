"""What counts as a model that noticed another's release."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.traffic.quiet_pods import Found, changed_of_others, main, manifests, mark_of

FOUND = Found(
    models=9,
    releasing=2,
    seconds_to_start=5.0,
    routers_at_rest=0,
    routers_in_releases=4,
    of_others=0,
    changed_of_others={},
    routers_afterwards=0,
    answered=90,
    lost=(),
)


def test_objects_of_other_models_that_came_went_or_changed_are_counted() -> None:
    """What the changing model does to its own objects is its own."""
    before = {("a", "Service", "a"): "1", ("b", "Service", "b"): "1", ("c", "Pod", "c-1"): "1"}
    after = {("a", "Service", "a"): "2", ("b", "Service", "b"): "2", ("c", "Pod", "c-2"): "1"}
    assert {"b": 1, "c": 2} == dict(changed_of_others(before, after, "a"))
    assert {} == dict(changed_of_others(before, before, "a"))


@pytest.mark.parametrize(
    ("kind", "noticed"),
    [("Pod", "uid"), ("Deployment", "generation"), ("Service", "resourceVersion")],
)
def test_what_a_kubelet_says_of_a_pod_is_no_change(kind: str, noticed: str) -> None:
    """Nor is a ready pod in the status of its Deployment."""
    metadata = {"uid": "u", "generation": 3, "resourceVersion": "40"}
    before = {"metadata": metadata}
    for field in metadata:
        after = {"metadata": metadata | {field: "other"}}
        assert (field == noticed) == (mark_of(kind, before) != mark_of(kind, after))


def mark_of_a_model(generation: int, why: str) -> str:
    """Return the mark of a model that stands so."""
    status = {"routingGeneration": generation, "why": why}
    return mark_of("ModelDeployment", {"metadata": {"name": "m"}, "status": status})


def test_a_model_changes_with_its_decision_alone() -> None:
    """Not with the evidence of its own release."""
    assert mark_of_a_model(4, "a") == mark_of_a_model(4, "b")
    assert mark_of_a_model(4, "a") != mark_of_a_model(5, "a")


@pytest.mark.parametrize(
    "bad",
    [
        {"routers_at_rest": 2},
        {"routers_in_releases": 2},
        {"of_others": 1},
        {"changed_of_others": {"b": 1}},
        {"routers_afterwards": 1},
        {"lost": ("m-1 refused",)},
    ],
)
def test_nothing_may_be_elsewhere(bad: dict[str, Any]) -> None:
    """Each of them fails it alone."""
    assert FOUND.holds
    assert not replace(FOUND, **bad).holds
    assert "9 models" in FOUND.sentence()


def test_those_that_release_follow_another_job() -> None:
    """Else every model would have the new version."""
    items = manifests(["m-0", "m-1"], ["m-0"])["items"]
    followed = [item["spec"]["model"]["trainingJob"]["name"] for item in items]
    assert ["released", "quiet"] == followed


def test_more_releases_than_models_are_refused() -> None:
    """With the exit code of a wrong command line."""
    with pytest.raises(SystemExit) as ended:
        main(["--models", "3", "--releasing", "4"])
    assert ended.value.code == 2
